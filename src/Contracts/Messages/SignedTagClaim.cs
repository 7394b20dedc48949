namespace Kritis.Events.Contracts.Messages;

/// <summary>
/// A witness's word that a tag stands for the image of the attestation it comes with, signed by the same key version with the same algorithm.
/// Only <see cref="Payload"/> is signed: it names repository, digest, tag and witness.
/// </summary>
public sealed record SignedTagClaim
{
    /// <summary>The signed bytes: JSON in UTF-8. Base64 on the wire.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The signature over <see cref="Payload"/>. Base64 on the wire.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }
}
