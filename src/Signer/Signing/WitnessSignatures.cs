using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.Signer.Signing;

/// <summary>Signatures by witnesses' keys, each held against the pinned public key before it goes anywhere.</summary>
internal sealed class WitnessSignatures(KeyManagements keyManagements, SigningMetrics metrics, TimeProvider time)
{
    /// <param name="payload">What is signed.</param>
    /// <param name="image">The image that it is about.</param>
    /// <param name="witness">The name of the witness whose key it is.</param>
    /// <param name="key">The key version.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="KeyManagementException">The key cannot sign, or is not the one that is pinned.</exception>
    public async Task<ReadOnlyMemory<byte>> SignAsync(
        ReadOnlyMemory<byte> payload, Image image, string witness, WitnessKey key, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var signature = await keyManagements.Of(key).SignAsync(key, SHA256.HashData(payload.Span), cancellationToken);
        metrics.Signed(key.Kms, time.GetElapsedTime(started));
        return key.PublicKey.Verify(payload.Span, signature.Span)
            ? signature
            : throw new KeyManagementException("KeyMismatch",
                $"key {key.DisplayName} signed {image}, but not as the key pinned for witness '{witness}' ({key.PublicKey.Fingerprint}): pin the key's own public key",
                transient: false);
    }
}
