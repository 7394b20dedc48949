using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Kritis.Events.AlibabaCloud.Emulator.Kms;

/// <summary>A key of KMS.</summary>
public sealed class KmsKey : IDisposable
{
    private readonly ConcurrentDictionary<string, AsymmetricAlgorithm> _versions = new();

    internal KmsKey(string region, string spec)
    {
        Region = region;
        Spec = spec;
        _ = AddVersion();
    }

    /// <summary>Its id.</summary>
    public string Id { get; } = "key-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10));

    /// <summary>The region it is in.</summary>
    public string Region { get; }

    /// <summary>For example <c>RSA_2048</c>.</summary>
    public string Spec { get; }

    /// <summary><c>Enabled</c>, <c>Disabled</c>, <c>PendingDeletion</c>, <c>PendingImport</c>.</summary>
    public string State { get; set; } = "Enabled";

    /// <summary><c>SIGN/VERIFY</c> or <c>ENCRYPT/DECRYPT</c>.</summary>
    public string Usage { get; init; } = "SIGN/VERIFY";

    /// <summary>The ids of its versions.</summary>
    public IReadOnlyList<string> Versions => [.. _versions.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The newest version.</summary>
    public string LatestVersion { get; private set; } = "";

    /// <summary>Makes one more version.</summary>
    /// <returns>Its id.</returns>
    public string AddVersion()
    {
        LatestVersion = $"{_versions.Count + 1:D8}-{Guid.NewGuid():N}";
        _versions[LatestVersion] = Spec switch
        {
            "RSA_2048" => RSA.Create(2048),
            "RSA_3072" => RSA.Create(3072),
            "RSA_4096" => RSA.Create(4096),
            "EC_P256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            "EC_P256K" => ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1")),
            _ => RSA.Create(2048),
        };
        return LatestVersion;
    }

    /// <summary>A version's public key, PEM.</summary>
    public string PublicKeyOf(string version) => Find(version).ExportSubjectPublicKeyInfoPem() + "\n";

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var version in _versions.Values)
        {
            version.Dispose();
        }
    }

    internal byte[] Sign(string version, string algorithm, byte[] digest, bool fixedLength)
    {
        var key = Find(version);
        lock (key)
        {
            return (key, algorithm) switch
            {
                (RSA rsa, "RSA_PKCS1_SHA_256") => rsa.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                (RSA rsa, "RSA_PSS_SHA_256") => rsa.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
                (ECDsa ec, "ECDSA_SHA_256") => ec.SignHash(digest, fixedLength ? DSASignatureFormat.IeeeP1363FixedFieldConcatenation : DSASignatureFormat.Rfc3279DerSequence),
                _ => throw new CloudErrorException(400, "Rejected.UnsupportedOperation", "Unsupported operation."),
            };
        }
    }

    private AsymmetricAlgorithm Find(string version) => _versions.GetValueOrDefault(version)
        ?? throw new CloudErrorException(404, "Forbidden.KeyVersionNotFound", "The specified Key version is not found.");
}
