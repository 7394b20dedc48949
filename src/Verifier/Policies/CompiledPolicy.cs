using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Verifier.Policies;

/// <summary>A policy of this cluster, its patterns read and its witnesses looked up.</summary>
internal sealed class CompiledPolicy
{
    private readonly GlobPattern[] _namespaces;
    private readonly LabelSelector? _labels;
    private readonly ExemptPattern[] _exempt;
    private readonly string[] _placeholders;

    /// <exception cref="FormatException">A pattern cannot be read.</exception>
    public CompiledPolicy(SecurityPolicy policy, IReadOnlyDictionary<string, Witness> witnesses)
    {
        Name = policy.Name;
        IsEnforced = policy.Enforcement == Enforcement.Enforce;
        Problem = policy.Problem;
        Tags = policy.Tags;
        AllowsBreakGlass = policy.BreakGlass;
        WaitForAttestation = policy.WaitForAttestation ?? TimeSpan.Zero;

        // A witness that is named twice is one witness, one that is not there can attest nothing, and a policy that asks for nobody's word asks for somebody's.
        Witnesses = [.. policy.Witnesses.Distinct(StringComparer.Ordinal).Select(name => witnesses.GetValueOrDefault(name) ?? new Witness { Name = name, Keys = [] })];
        AtLeast = Math.Max(1, policy.AtLeast);
        AttestedByAll = $"attested by {string.Join(", ", Witnesses.Select(witness => $"'{witness.Name}'"))}";
        _namespaces = [.. policy.Namespaces.Select(GlobPattern.Parse)];
        _labels = policy.NamespaceSelector;
        _exempt = [.. policy.Exempt.Select(ExemptPattern.Parse)];
        _placeholders = [.. policy.Placeholders];
    }

    public string Name { get; }

    /// <summary>How many of the witnesses must have attested an image.</summary>
    public int AtLeast { get; }

    /// <summary>What is said of an image that every witness has attested: the same words each time, put together once.</summary>
    public string AttestedByAll { get; }

    public bool IsEnforced { get; }

    public Witness[] Witnesses { get; }

    public TagReferences Tags { get; }

    public bool AllowsBreakGlass { get; }

    /// <summary>How long a digest whose push was just seen may wait for its signature; zero where it may not.</summary>
    public TimeSpan WaitForAttestation { get; }

    /// <summary>Why nothing can fulfil it, or null.</summary>
    public string? Problem { get; }

    public bool SelectsByLabels => _labels is not null;

    public bool SelectsName(string ns)
    {
        foreach (var pattern in _namespaces)
        {
            if (pattern.IsMatch(ns))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a namespace's labels are those that it selects. Where they are not known it does: what is not known loosens nothing.</summary>
    public bool SelectsLabels(IReadOnlyDictionary<string, string>? labels) => _labels is null || labels is null || _labels.Matches(labels);

    /// <summary>The pattern by which a normalised reference needs no attestation under this policy, or null; another policy may still ask for one.</summary>
    public ExemptPattern? Exempts(string reference)
    {
        foreach (var pattern in _exempt)
        {
            if (pattern.IsMatch(reference))
            {
                return pattern;
            }
        }

        return null;
    }

    public bool IsPlaceholder(string image) => Array.IndexOf(_placeholders, image) >= 0;
}
