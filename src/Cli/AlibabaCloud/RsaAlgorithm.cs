using System.CommandLine;
using Kritis.Events.Attestations.Keys;

namespace Kritis.Events.Cli.AlibabaCloud;

/// <summary>The option that says how RSA keys sign: their key spec leaves it open.</summary>
internal static class RsaAlgorithm
{
    /// <summary><c>--rsa-algorithm</c>.</summary>
    public static Option<string> Option()
    {
        var option = new Option<string>("--rsa-algorithm")
        {
            Description = "How RSA keys sign that are not pinned yet; keys on P-256 sign by ECDSA_SHA_256.",
            DefaultValueFactory = _ => SignatureAlgorithm.RsaPkcs1Sha256.Name(),
        };
        _ = option.AcceptOnlyFromAmong(SignatureAlgorithm.RsaPkcs1Sha256.Name(), SignatureAlgorithm.RsaPssSha256.Name());
        return option;
    }

    /// <summary>The algorithm that was chosen.</summary>
    public static SignatureAlgorithm Of(string? name) => SignatureAlgorithmNames.TryParse(name, out var algorithm) ? algorithm : SignatureAlgorithm.RsaPkcs1Sha256;
}
