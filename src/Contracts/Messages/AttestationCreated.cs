using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Contracts.Messages;

/// <summary>
/// A witness signed an image. Exchange <c>kritis.attestation-created</c>, kept for ever in the stream <c>kritis.attestations</c>.
/// Only <see cref="Payload"/> is signed: a verifier believes nothing beside it.
/// </summary>
public sealed record AttestationCreated
{
    /// <summary>64 hexadecimal digits; the same for the same payload and key version, however often it is signed.</summary>
    public required string Id { get; init; }

    /// <summary>The image, as the payload names it.</summary>
    public required Image Image { get; init; }

    /// <summary>The witness, as the payload names it.</summary>
    public required string Witness { get; init; }

    /// <summary>SHA-256 over the DER SubjectPublicKeyInfo of the key version that signed: <c>sha256:…</c>.</summary>
    public required Digest KeyFingerprint { get; init; }

    /// <summary>The key's id in its key management.</summary>
    public required string KeyId { get; init; }

    /// <summary>The key's version in its key management, where it has versions.</summary>
    public string? KeyVersionId { get; init; }

    /// <summary><c>RSA_PKCS1_SHA_256</c>, <c>RSA_PSS_SHA_256</c> or <c>ECDSA_SHA_256</c> (signature then in DER).</summary>
    public required string Algorithm { get; init; }

    /// <summary>The signed bytes: simple-signing JSON in UTF-8. Base64 on the wire.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The signature over <see cref="Payload"/>. Base64 on the wire.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>The signing rule that asked for it, or null where a person did.</summary>
    public string? Rule { get; init; }

    /// <summary>The tag the image was pushed under, as a hint for readers.</summary>
    public string? Tag { get; init; }

    /// <summary>The witness's signed word that a tag stands for the image, where there is one; the only tag that is more than a hint.</summary>
    public SignedTagClaim? TagClaim { get; init; }

    /// <summary>The push event that led to it, where one did.</summary>
    public string? EventId { get; init; }

    /// <summary>When it was signed, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
