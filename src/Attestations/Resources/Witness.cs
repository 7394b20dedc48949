using Kritis.Events.Attestations.Keys;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Resources;

/// <summary>A <c>Witness</c> resource: a named signer with the public keys that are pinned for it.</summary>
public sealed record Witness
{
    /// <summary>The witness's name, as it stands in every payload it signs.</summary>
    public required string Name { get; init; }

    /// <summary>Its keys, at least one; at most one is active.</summary>
    public required IReadOnlyList<WitnessKey> Keys { get; init; }

    /// <summary>The key that signs, or null where the witness signs no more.</summary>
    public WitnessKey? ActiveKey => Keys.FirstOrDefault(key => key.State == KeyState.Active);

    /// <summary>What the key of that fingerprint is good for, or null where it is not pinned for this witness.</summary>
    public KeyState? StateOf(Digest keyFingerprint) => Keys.FirstOrDefault(key => key.PublicKey.Fingerprint == keyFingerprint)?.State;
}
