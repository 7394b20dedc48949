using Kritis.Events.Attestations.Keys;

namespace Kritis.Events.Signer.Kms.Alibaba;

/// <summary>Which key specs sign by which algorithms. Source: KMS's documentation of <c>AsymmetricSign</c>.</summary>
internal static class KeySpecs
{
    /// <summary>What a key must be for.</summary>
    public const string SignVerify = "SIGN/VERIFY";

    /// <summary>The algorithms that a key of this spec can sign by here; none for specs that are not supported.</summary>
    public static IReadOnlyList<SignatureAlgorithm> Algorithms(string keySpec) => keySpec switch
    {
        "RSA_2048" or "RSA_3072" or "RSA_4096" => [SignatureAlgorithm.RsaPkcs1Sha256, SignatureAlgorithm.RsaPssSha256],
        "EC_P256" => [SignatureAlgorithm.EcdsaSha256],
        // EC_P256K is no curve of every platform's TLS library, EC_SM2 signs another hash.
        _ => [],
    };
}
