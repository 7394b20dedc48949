using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Contracts.Messages;

/// <summary>
/// A witness takes its attestation of an image back. Exchange <c>kritis.attestation-revoked</c>, in the stream
/// <c>kritis.attestations</c>. Signed like an attestation, so that nobody else can.
/// </summary>
public sealed record AttestationRevoked
{
    /// <summary>64 hexadecimal digits; the same for the same payload and key version.</summary>
    public required string Id { get; init; }

    /// <summary>The image, as the payload names it.</summary>
    public required Image Image { get; init; }

    /// <summary>The witness, as the payload names it.</summary>
    public required string Witness { get; init; }

    /// <summary>Why, as the payload names it.</summary>
    public required string Reason { get; init; }

    /// <summary>SHA-256 over the DER SubjectPublicKeyInfo of the key version that signed.</summary>
    public required Digest KeyFingerprint { get; init; }

    /// <summary><c>RSA_PKCS1_SHA_256</c>, <c>RSA_PSS_SHA_256</c> or <c>ECDSA_SHA_256</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The signed bytes. Base64 on the wire.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The signature over <see cref="Payload"/>. Base64 on the wire.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>When it was revoked, UTC.</summary>
    public required DateTimeOffset RevokedAt { get; init; }
}
