using Kritis.Events.Attestations.Keys;

namespace Kritis.Events.Signer.Kms;

/// <summary>
/// Holds private keys and signs with them. Adapters: files on this machine, and Alibaba Cloud KMS.
/// Safe to call from several threads.
/// </summary>
internal interface IKeyManagement
{
    /// <summary>What <see cref="WitnessKey.Kms"/> calls it, for example <c>local</c>.</summary>
    string Name { get; }

    /// <summary>Signs a hash with the private key of <paramref name="key"/>, by the algorithm that is pinned for it.</summary>
    /// <param name="key">The key version that signs.</param>
    /// <param name="sha256">The SHA-256 of what is signed, 32 bytes.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>The signature; of an EC key as DER sequence of r and s.</returns>
    /// <exception cref="KeyManagementException">It could not be signed; <see cref="KeyManagementException.Transient"/> says whether to try again.</exception>
    /// <exception cref="ArgumentException">The hash has not 32 bytes.</exception>
    Task<ReadOnlyMemory<byte>> SignAsync(WitnessKey key, ReadOnlyMemory<byte> sha256, CancellationToken cancellation);

    /// <summary>The public key that really belongs to the private key of <paramref name="key"/>, which may differ from the pinned one.</summary>
    /// <exception cref="KeyManagementException">It could not be had; <see cref="KeyManagementException.Transient"/> says whether to try again.</exception>
    Task<PublicKey> GetPublicKeyAsync(WitnessKey key, CancellationToken cancellation);
}
