using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Rules;

/// <summary>One signature that rules ask for.</summary>
internal sealed record RequestedSignature
{
    /// <summary>Who signs.</summary>
    public required Witness Witness { get; init; }

    /// <summary>The names of the rules that ask for it, at least one, in ordinal order.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>Whether one of them wants the signature in the registry as well.</summary>
    public required bool Attach { get; init; }

    /// <summary>
    /// Whether only rules for some tags ask for it: then the pushed tag decides, which is a hint, and the registry must name the same digest for it.
    /// </summary>
    public bool DependsOnTag { get; init; }

    /// <summary>The rule that the attestation names.</summary>
    public string Rule => Rules[0];
}
