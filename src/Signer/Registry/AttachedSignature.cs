using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>A signed statement to be attached to an image.</summary>
internal sealed record AttachedSignature
{
    public required ReadOnlyMemory<byte> Payload { get; init; }

    public required ReadOnlyMemory<byte> Signature { get; init; }

    public required string Witness { get; init; }

    public required Digest KeyFingerprint { get; init; }

    /// <summary>When it was signed, UTC.</summary>
    public required DateTimeOffset SignedAt { get; init; }
}
