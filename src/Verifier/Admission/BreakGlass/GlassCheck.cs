using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission.BreakGlass;

/// <summary>What an object's break-glass annotation changes in what policies say of its images.</summary>
internal sealed class GlassCheck
{
    /// <summary>That of an object without the annotation.</summary>
    public static readonly GlassCheck Whole = new(annotation: null, DateTimeOffset.MinValue);

    private readonly BrokenGlass? _glass;
    private readonly string? _problem;

    /// <param name="annotation">The annotation's value, or null where there is none.</param>
    /// <param name="now">The moment of the decision.</param>
    public GlassCheck(string? annotation, DateTimeOffset now) =>
        _glass = annotation is null ? null : BrokenGlass.Read(annotation, now, out _problem);

    /// <summary>Lets an image pass that does not fulfil a policy, where the policy allows it and the annotation names the image's digest; otherwise says why not.</summary>
    public PolicyFinding Apply(PolicyFinding finding, CompiledPolicy policy, Digest? digest)
    {
        if (finding.Holds || (_glass is null && _problem is null))
        {
            return finding;
        }

        if (!policy.AllowsBreakGlass)
        {
            return finding with { Text = $"the policy lets nobody break the glass; {finding.Text}" };
        }

        if (_glass is not { } glass)
        {
            return finding with { Text = $"{BrokenGlass.Annotation}: {_problem}; {finding.Text}" };
        }

        return digest is { } named && glass.Digests.Contains(named)
            ? finding with { Holds = true, BrokenGlass = glass.Reason, Text = $"glass broken until {glass.Until.UtcDateTime:u}: {glass.Reason} (otherwise: {finding.Text})" }
            : finding with { Text = $"{BrokenGlass.Annotation} does not name its digest; {finding.Text}" };
    }
}
