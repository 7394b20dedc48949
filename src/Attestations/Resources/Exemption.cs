namespace Kritis.Events.Attestations.Resources;

/// <summary>
/// Images that need no attestation whatever policy asks for one: an entry of kritis-validation-hook's <c>AdmissionAllowlist</c>.
/// </summary>
public sealed record Exemption
{
    /// <summary>The pattern (<c>namePattern</c>).</summary>
    public required string Pattern { get; init; }

    /// <summary>The one namespace it holds in, or null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Where it was found, for explanations: <c>AdmissionAllowlist 'NAME'</c>.</summary>
    public required string Source { get; init; }
}
