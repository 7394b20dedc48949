using Kritis.Events.Attestations.Keys;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Kms.Alibaba;

namespace Kritis.Events.Cli.AlibabaCloud.WitnessKeys;

/// <summary>What KMS says of a key and its versions.</summary>
internal sealed record KeyInspection
{
    /// <summary>The region.</summary>
    public required string Region { get; init; }

    /// <summary>The id or alias that was asked for.</summary>
    public required string KeyId { get; init; }

    /// <summary>The key.</summary>
    public required KmsKeyDescription Description { get; init; }

    /// <summary>How it can sign; none where it cannot serve a witness.</summary>
    public required IReadOnlyList<SignatureAlgorithm> Algorithms { get; init; }

    /// <summary>Its versions.</summary>
    public required IReadOnlyList<InspectedVersion> Versions { get; init; }

    /// <summary>Asks KMS.</summary>
    /// <param name="kms">KMS.</param>
    /// <param name="region">The region.</param>
    /// <param name="keyId">The key's id or alias.</param>
    /// <param name="rsaAlgorithm">How an RSA key is to sign.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="KeyManagementException">The key cannot be looked at.</exception>
    public static async Task<KeyInspection> OfAsync(
        AlibabaKeyManagement kms, string region, string keyId, SignatureAlgorithm rsaAlgorithm, CancellationToken cancellationToken)
    {
        var description = await kms.DescribeAsync(region, keyId, cancellationToken);
        IReadOnlyList<SignatureAlgorithm> algorithms = description.KeyUsage == KeySpecs.SignVerify ? KeySpecs.Algorithms(description.KeySpec) : [];
        var versions = new List<InspectedVersion>();
        foreach (var id in algorithms.Count == 0 ? [] : await kms.ListVersionsAsync(region, keyId, cancellationToken))
        {
            var algorithm = algorithms.Contains(rsaAlgorithm) ? rsaAlgorithm : algorithms[0];
            versions.Add(await VersionAsync(kms, new KmsKeyVersion(region, keyId, id), algorithm, cancellationToken));
        }

        return new KeyInspection { Region = region, KeyId = keyId, Description = description, Algorithms = algorithms, Versions = versions };
    }

    private static async Task<InspectedVersion> VersionAsync(
        AlibabaKeyManagement kms, KmsKeyVersion version, SignatureAlgorithm algorithm, CancellationToken cancellationToken)
    {
        try
        {
            return new InspectedVersion(version.KeyVersionId, await kms.GetPublicKeyAsync(version, algorithm, cancellationToken), null);
        }
        catch (KeyManagementException failure) when (!failure.Transient)
        {
            return new InspectedVersion(version.KeyVersionId, null, failure.Message);
        }
    }
}

/// <summary>A version of a key.</summary>
/// <param name="Id">Its id.</param>
/// <param name="PublicKey">Its public key; null where KMS does not give it.</param>
/// <param name="Problem">Why not.</param>
internal sealed record InspectedVersion(string Id, PublicKey? PublicKey, string? Problem);
