using Kritis.Events.Signer.AlibabaCloud;

namespace Kritis.Events.Signer.Kms.Alibaba;

/// <summary>
/// The operations of Alibaba Cloud KMS (API 2016-01-20) that are used here, each one attempt. Adapters: this project's own protocol client, and the
/// official SDK where the build has it.
/// </summary>
internal interface IKmsCalls
{
    /// <summary><c>AsymmetricSign</c>.</summary>
    /// <param name="key">The key version that signs.</param>
    /// <param name="algorithm">KMS's name of the algorithm, for example <c>RSA_PKCS1_SHA_256</c>.</param>
    /// <param name="sha256">The SHA-256 of what is signed, 32 bytes.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="AlibabaCloudException">It was refused or not answered.</exception>
    Task<KmsSignature> AsymmetricSignAsync(KmsKeyVersion key, string algorithm, ReadOnlyMemory<byte> sha256, CancellationToken cancellationToken);

    /// <summary><c>GetPublicKey</c>: the public key as PEM <c>PUBLIC KEY</c>.</summary>
    /// <exception cref="AlibabaCloudException">It was refused or not answered.</exception>
    Task<string> GetPublicKeyAsync(KmsKeyVersion key, CancellationToken cancellationToken);

    /// <summary><c>DescribeKey</c>.</summary>
    /// <exception cref="AlibabaCloudException">It was refused or not answered.</exception>
    Task<KmsKeyDescription> DescribeKeyAsync(string region, string keyId, CancellationToken cancellationToken);

    /// <summary><c>ListKeyVersions</c>: the ids of all versions, all pages.</summary>
    /// <exception cref="AlibabaCloudException">It was refused or not answered.</exception>
    Task<IReadOnlyList<string>> ListKeyVersionsAsync(string region, string keyId, CancellationToken cancellationToken);
}

/// <summary>One version of a key.</summary>
/// <param name="Region">The region whose KMS holds it.</param>
/// <param name="KeyId">The key's id, or its alias (<c>alias/…</c>).</param>
/// <param name="KeyVersionId">The version's id.</param>
internal sealed record KmsKeyVersion(string Region, string KeyId, string KeyVersionId)
{
    /// <summary>The key and where it is, for messages.</summary>
    public override string ToString() => $"{KeyId}/{KeyVersionId} in {Region}";
}

/// <summary>What <c>AsymmetricSign</c> answers.</summary>
/// <param name="KeyVersionId">The version that really signed.</param>
/// <param name="Value">The signature as KMS gives it.</param>
/// <param name="RequestId">What Alibaba Cloud's support asks for.</param>
internal sealed record KmsSignature(string KeyVersionId, ReadOnlyMemory<byte> Value, string RequestId);

/// <summary>What <c>DescribeKey</c> answers, as far as it is used here.</summary>
internal sealed record KmsKeyDescription
{
    /// <summary>The key's own id, never an alias.</summary>
    public required string KeyId { get; init; }

    /// <summary><c>Enabled</c>, <c>Disabled</c>, <c>PendingDeletion</c> or <c>PendingImport</c>.</summary>
    public required string KeyState { get; init; }

    /// <summary><c>SIGN/VERIFY</c> or <c>ENCRYPT/DECRYPT</c>.</summary>
    public required string KeyUsage { get; init; }

    /// <summary>For example <c>RSA_2048</c> or <c>EC_P256</c>.</summary>
    public required string KeySpec { get; init; }

    /// <summary>The version that the console shows as the primary one, where KMS tells it.</summary>
    public string? PrimaryKeyVersion { get; init; }
}
