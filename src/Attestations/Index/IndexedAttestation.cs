using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Index;

/// <summary>A verified attestation of an image as the index remembers it. A verifier's index keeps the witness and the key alone.</summary>
public sealed record IndexedAttestation
{
    /// <summary>The witness, as the signed payload names it.</summary>
    public required string Witness { get; init; }

    /// <summary>The key version whose signature was verified.</summary>
    public required Digest KeyFingerprint { get; init; }

    /// <summary>When it was signed, as the message says; it is not part of what is signed.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The tag the image was pushed under, a hint that is not signed.</summary>
    public string? Tag { get; init; }

    /// <summary>The push event that led to it, a hint that is not signed.</summary>
    public string? EventId { get; init; }

    /// <summary>The signature itself, where the index keeps it (the signer's does, to attach it again).</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>The attestation's id. It follows from the image, the witness and the key, and so need not be remembered.</summary>
    /// <param name="image">The image that is attested.</param>
    public string IdFor(Image image) => AttestationId.Of(KeyFingerprint, SimpleSigningPayload.Create(image, Witness));

    internal bool IsBy(string witness, Digest keyFingerprint) => Witness == witness && KeyFingerprint == keyFingerprint;
}
