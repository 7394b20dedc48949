using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>A signature to be attached to an image.</summary>
internal sealed record AttachedSignature
{
    public required ReadOnlyMemory<byte> Payload { get; init; }

    public required ReadOnlyMemory<byte> Signature { get; init; }

    public required string Witness { get; init; }

    public required Digest KeyFingerprint { get; init; }
}
