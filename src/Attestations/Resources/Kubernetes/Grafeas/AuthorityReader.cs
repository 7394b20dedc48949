using System.Security.Cryptography;
using System.Text;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources.Yaml;
using Kritis.Events.Contracts.Images;
using SubjectPublicKey = System.Security.Cryptography.X509Certificates.PublicKey;

namespace Kritis.Events.Attestations.Resources.Kubernetes.Grafeas;

/// <summary>
/// Reads an <c>AttestationAuthority</c> as a witness whose one key verifies and never signs. The object names no algorithm: RSA keys are taken for
/// <c>RSA_PKCS1_SHA_256</c> and P-256 keys for <c>ECDSA_SHA_256</c> unless the annotation <c>kritis.events/algorithm</c> says otherwise.
/// </summary>
internal static class AuthorityReader
{
    public const string Kind = "AttestationAuthority";
    private const string AlgorithmAnnotation = "kritis.events/algorithm";
    private const string EllipticCurve = "1.2.840.10045.2.1";
    private const string KeyManagement = "alibaba";

    public static Witness? Read(CustomDocument document, ProblemList problems)
    {
        if (ForeignSpec.Of(document, Kind, problems) is not { } members)
        {
            return null;
        }

        var keyId = members.Of("publicKeyId")?.Text() ?? document.Metadata.Name;
        if (members.Required("publicKeyData") is not { } field || field.Text() is not { } data || Pem(field, data) is not { } pem
            || PublicKeyOf(document, field, pem) is not { } publicKey)
        {
            return null;
        }

        return new Witness
        {
            Name = document.Metadata.Name,
            Keys = [new WitnessKey { Kms = KeyManagement, KeyId = keyId, State = KeyState.Retired, PublicKey = publicKey }],
        };
    }

    private static string? Pem(Field field, string data)
    {
        try
        {
            return Encoding.ASCII.GetString(Convert.FromBase64String(data));
        }
        catch (FormatException)
        {
            field.Wrong(": expected base64 of a PEM block 'PUBLIC KEY'");
            return null;
        }
    }

    private static PublicKey? PublicKeyOf(CustomDocument document, Field field, string pem)
    {
        var named = document.Metadata.Annotations.TryGetValue(AlgorithmAnnotation, out var name);
        if (named && !SignatureAlgorithmNames.TryParse(name, out _))
        {
            field.Wrong($": annotation {AlgorithmAnnotation}: '{Excerpt.Of(name)}' is not known; expected {string.Join(" or ", SignatureAlgorithmNames.All)}");
            return null;
        }

        try
        {
            return PublicKey.FromPem(pem, named && SignatureAlgorithmNames.TryParse(name, out var algorithm) ? algorithm : UsualAlgorithm(pem));
        }
        catch (FormatException unusable)
        {
            field.Wrong($": {Excerpt.Of(unusable.Message)}");
            return null;
        }
    }

    private static SignatureAlgorithm UsualAlgorithm(string pem)
    {
        try
        {
            return PemEncoding.TryFind(pem, out var fields)
                && SubjectPublicKey.CreateFromSubjectPublicKeyInfo(Convert.FromBase64String(pem[fields.Base64Data]), out _).Oid.Value == EllipticCurve
                ? SignatureAlgorithm.EcdsaSha256
                : SignatureAlgorithm.RsaPkcs1Sha256;
        }
        catch (CryptographicException)
        {
            // Whatever it is, it is refused where it is read as an RSA key.
            return SignatureAlgorithm.RsaPkcs1Sha256;
        }
    }
}
