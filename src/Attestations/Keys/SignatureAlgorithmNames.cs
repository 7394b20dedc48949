namespace Kritis.Events.Attestations.Keys;

/// <summary>The written names of the algorithms.</summary>
public static class SignatureAlgorithmNames
{
    private static readonly Dictionary<string, SignatureAlgorithm> ByName = new(StringComparer.Ordinal)
    {
        ["RSA_PKCS1_SHA_256"] = SignatureAlgorithm.RsaPkcs1Sha256,
        ["RSA_PSS_SHA_256"] = SignatureAlgorithm.RsaPssSha256,
        ["ECDSA_SHA_256"] = SignatureAlgorithm.EcdsaSha256,
    };

    /// <summary>All names, for messages that list them.</summary>
    public static IReadOnlyCollection<string> All => ByName.Keys;

    /// <summary>The name of <paramref name="algorithm"/>.</summary>
    public static string Name(this SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.RsaPkcs1Sha256 => "RSA_PKCS1_SHA_256",
        SignatureAlgorithm.RsaPssSha256 => "RSA_PSS_SHA_256",
        SignatureAlgorithm.EcdsaSha256 => "ECDSA_SHA_256",
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Not a signature algorithm."),
    };

    /// <summary>Reads a name; upper case, as it is written everywhere.</summary>
    public static bool TryParse(string? name, out SignatureAlgorithm algorithm)
    {
        algorithm = default;
        return name is not null && ByName.TryGetValue(name, out algorithm);
    }
}
