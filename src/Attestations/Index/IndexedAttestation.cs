using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Index;

/// <summary>A verified attestation as the index remembers it.</summary>
public sealed record IndexedAttestation
{
    /// <summary>The attestation's id.</summary>
    public required string Id { get; init; }

    /// <summary>The witness, as the signed payload names it.</summary>
    public required string Witness { get; init; }

    /// <summary>The key version whose signature was verified.</summary>
    public required Digest KeyFingerprint { get; init; }

    /// <summary>When it was signed, as the message says; it is not part of what is signed.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The tag the image was pushed under, a hint that is not signed.</summary>
    public string? Tag { get; init; }

    /// <summary>The push event that led to it, a hint that is not signed.</summary>
    public string? EventId { get; init; }

    /// <summary>The signature itself, where the index keeps it (the signer's does, to attach it again).</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }
}
