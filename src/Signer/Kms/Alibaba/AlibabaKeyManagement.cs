using Kritis.Events.Attestations.Keys;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Kms.Alibaba;

/// <summary>
/// Keys in Alibaba Cloud KMS. All calls share one limiter, set to the account's quota, and are tried again by one policy. A key version is always
/// named: which one signs is the witness's choice, not the console's.
/// </summary>
internal sealed class AlibabaKeyManagement(IKmsCalls calls, CallPolicy policy, IOptions<AlibabaCloudOptions> options, TimeProvider time) : IKeyManagement
{
    private const int Sha256Bytes = 32;
    private readonly CallLimiter _limiter = new(options.Value.KmsCallsPerSecond, time);

    /// <inheritdoc/>
    public string Name => "alibaba";

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> SignAsync(WitnessKey key, ReadOnlyMemory<byte> sha256, CancellationToken cancellation)
    {
        if (sha256.Length != Sha256Bytes)
        {
            throw new ArgumentException($"A SHA-256 has {Sha256Bytes} bytes, not {sha256.Length}.", nameof(sha256));
        }

        var version = VersionOf(key);
        var signed = await CallAsync("AsymmetricSign", version.ToString(),
            running => calls.AsymmetricSignAsync(version, key.PublicKey.Algorithm.Name(), sha256, running), cancellation);
        if (signed.KeyVersionId != version.KeyVersionId)
        {
            throw KeyManagementException.Permanent(KeyManagementCodes.KeyMismatch,
                $"The key {version}: KMS signed with version {Excerpt.Of(signed.KeyVersionId)} instead (request id {signed.RequestId}).");
        }

        return key.PublicKey.Algorithm == SignatureAlgorithm.EcdsaSha256 ? Der(version, signed) : signed.Value;
    }

    /// <inheritdoc/>
    public async Task<PublicKey> GetPublicKeyAsync(WitnessKey key, CancellationToken cancellation)
    {
        var version = VersionOf(key);
        var description = await DescribeAsync(version.Region, version.KeyId, cancellation);
        RefuseUnlessSigning(version, description, key.PublicKey.Algorithm);
        return await GetPublicKeyAsync(version with { KeyId = description.KeyId }, key.PublicKey.Algorithm, cancellation);
    }

    /// <summary>The public key of a version, to be used with <paramref name="algorithm"/>.</summary>
    /// <exception cref="KeyManagementException">It cannot be had, or does not fit.</exception>
    public async Task<PublicKey> GetPublicKeyAsync(KmsKeyVersion version, SignatureAlgorithm algorithm, CancellationToken cancellation)
    {
        var pem = await CallAsync("GetPublicKey", version.ToString(), running => calls.GetPublicKeyAsync(version, running), cancellation);
        try
        {
            return PublicKey.FromPem(pem, algorithm);
        }
        catch (FormatException unfit)
        {
            throw KeyManagementException.Permanent(KeyManagementCodes.KeyUnfit, $"The key {version} cannot be used: {unfit.Message}.", unfit);
        }
    }

    /// <summary>What KMS says of a key.</summary>
    /// <param name="region">The region.</param>
    /// <param name="keyId">Its id or alias.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="KeyManagementException">It cannot be had.</exception>
    public Task<KmsKeyDescription> DescribeAsync(string region, string keyId, CancellationToken cancellation) =>
        CallAsync("DescribeKey", $"{keyId} in {region}", running => calls.DescribeKeyAsync(region, keyId, running), cancellation);

    /// <summary>The ids of all versions of a key.</summary>
    /// <exception cref="KeyManagementException">They cannot be had.</exception>
    public Task<IReadOnlyList<string>> ListVersionsAsync(string region, string keyId, CancellationToken cancellation) =>
        CallAsync("ListKeyVersions", $"{keyId} in {region}", running => calls.ListKeyVersionsAsync(region, keyId, running), cancellation);

    private static void RefuseUnlessSigning(KmsKeyVersion version, KmsKeyDescription description, SignatureAlgorithm algorithm)
    {
        if (description.KeyState != "Enabled")
        {
            throw KeyManagementException.Permanent(KeyManagementCodes.KeyDisabled,
                $"The key {version} is {Excerpt.Of(description.KeyState)} in KMS: enable it there, or make another key of the witness active.");
        }

        if (description.KeyUsage != KeySpecs.SignVerify)
        {
            throw KeyManagementException.Permanent(KeyManagementCodes.KeyUnfit,
                $"The key {version} is for {Excerpt.Of(description.KeyUsage)}: expected a key for {KeySpecs.SignVerify}.");
        }

        if (!KeySpecs.Algorithms(description.KeySpec).Contains(algorithm))
        {
            throw KeyManagementException.Permanent(KeyManagementCodes.KeyUnfit,
                $"The key {version} has the spec {Excerpt.Of(description.KeySpec)}, which does not sign by {algorithm.Name()}: correct the witness's algorithm, or use a key of another spec.");
        }
    }

    private static KmsKeyVersion VersionOf(WitnessKey key) => key is { Region: { } region, KeyVersionId: { } version }
        ? new KmsKeyVersion(region, key.KeyId, version)
        : throw KeyManagementException.Permanent(KeyManagementCodes.KeyIdInvalid, $"The key '{Excerpt.Of(key.DisplayName)}' names no region or no version: a key of KMS needs both.");

    private static ReadOnlyMemory<byte> Der(KmsKeyVersion version, KmsSignature signed)
    {
        try
        {
            return EcdsaSignature.ToDer(signed.Value);
        }
        catch (FormatException unreadable)
        {
            throw KeyManagementException.Permanent(KeyManagementCodes.KeyUnfit, $"The key {version}: {unreadable.Message} (request id {signed.RequestId}).", unreadable);
        }
    }

    private async Task<T> CallAsync<T>(string action, string key, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellation)
    {
        try
        {
            return await policy.ExecuteAsync((RpcService.Kms.Name, action), _limiter, attempt, cancellation);
        }
        catch (AlibabaCloudException failure)
        {
            throw KmsFailure.Of(failure, key);
        }
    }
}
