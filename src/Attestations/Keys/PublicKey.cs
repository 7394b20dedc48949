using System.Security.Cryptography;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Keys;

/// <summary>
/// A pinned public key and the one algorithm it is used with: a signature of another algorithm by the same key is not valid.
/// Verification is safe to call from several threads.
/// </summary>
public sealed class PublicKey
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private static readonly int[] RsaBits = [2048, 3072, 4096];
    private readonly Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool> _verify;

    private PublicKey(
        SignatureAlgorithm algorithm, byte[] subjectPublicKeyInfo, Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool> verify)
    {
        Algorithm = algorithm;
        Fingerprint = Digest.Of(subjectPublicKeyInfo);
        Pem = PemEncoding.WriteString("PUBLIC KEY", subjectPublicKeyInfo);
        _verify = verify;
    }

    /// <summary>The algorithm this key is believed with.</summary>
    public SignatureAlgorithm Algorithm { get; }

    /// <summary>SHA-256 over the key's DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).</summary>
    public Digest Fingerprint { get; }

    /// <summary>The key as PEM <c>PUBLIC KEY</c> (RFC 7468, section 13).</summary>
    public string Pem { get; }

    /// <summary>Reads a PEM public key.</summary>
    /// <param name="pem">One <c>PUBLIC KEY</c> block.</param>
    /// <param name="algorithm">The algorithm the key must fit.</param>
    /// <exception cref="FormatException">Not a PEM public key, or one that does not fit the algorithm; the message says what is expected.</exception>
    public static PublicKey FromPem(string pem, SignatureAlgorithm algorithm)
    {
        ArgumentNullException.ThrowIfNull(pem);
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw new FormatException("a private key stands where the public key belongs; replace the key pair, its secret is out");
        }

        if (!PemEncoding.TryFind(pem, out var fields) || pem[fields.Label] != "PUBLIC KEY")
        {
            throw new FormatException("expected a PEM block 'PUBLIC KEY' (SubjectPublicKeyInfo)");
        }

        var rest = string.Concat(pem.AsSpan(0, fields.Location.Start.Value), pem.AsSpan(fields.Location.End.Value));
        if (!string.IsNullOrWhiteSpace(rest))
        {
            throw new FormatException("expected nothing beside one PEM block 'PUBLIC KEY'");
        }

        return FromSubjectPublicKeyInfo(Convert.FromBase64String(pem[fields.Base64Data]), algorithm);
    }

    /// <summary>Reads a DER SubjectPublicKeyInfo.</summary>
    /// <exception cref="FormatException">Not a public key, or one that does not fit the algorithm.</exception>
    public static PublicKey FromSubjectPublicKeyInfo(byte[] subjectPublicKeyInfo, SignatureAlgorithm algorithm)
    {
        ArgumentNullException.ThrowIfNull(subjectPublicKeyInfo);
        try
        {
            return algorithm == SignatureAlgorithm.EcdsaSha256
                ? Ec(subjectPublicKeyInfo)
                : Rsa(subjectPublicKeyInfo, algorithm);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or PlatformNotSupportedException)
        {
            // A curve this platform does not know is told as the latter.
            throw new FormatException($"the public key does not fit {algorithm.Name()}: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Whether <paramref name="signature"/> is this key's signature over <paramref name="payload"/>. Never throws for bad bytes.</summary>
    public bool Verify(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature)
    {
        try
        {
            return _verify(payload, signature);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static PublicKey Rsa(byte[] subjectPublicKeyInfo, SignatureAlgorithm algorithm)
    {
        var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out var read);
        RefuseBytesBehind(subjectPublicKeyInfo, read);
        if (!RsaBits.Contains(key.KeySize))
        {
            throw new FormatException($"the RSA key has {key.KeySize} bits; expected 2048, 3072 or 4096");
        }

        // FIPS 186-5, section A.1.1: the public exponent is at least 65537. It is big-endian, without leading zeros.
        if (key.ExportParameters(false).Exponent is not { Length: >= 3 })
        {
            throw new FormatException("the RSA key's public exponent is below 65537");
        }

        var padding = algorithm == SignatureAlgorithm.RsaPssSha256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return new PublicKey(algorithm, key.ExportSubjectPublicKeyInfo(),
            (payload, signature) => key.VerifyData(payload, signature, HashAlgorithmName.SHA256, padding));
    }

    private static void RefuseBytesBehind(byte[] subjectPublicKeyInfo, int read)
    {
        if (read != subjectPublicKeyInfo.Length)
        {
            throw new FormatException($"{subjectPublicKeyInfo.Length - read} bytes stand behind the public key");
        }
    }

    private static PublicKey Ec(byte[] subjectPublicKeyInfo)
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out var read);
        RefuseBytesBehind(subjectPublicKeyInfo, read);
        if (key.ExportParameters(false).Curve is not { IsNamed: true, Oid.Value: P256 })
        {
            throw new FormatException("the EC key is not on P-256, named as such");
        }

        return new PublicKey(SignatureAlgorithm.EcdsaSha256, key.ExportSubjectPublicKeyInfo(),
            (payload, signature) => key.VerifyData(payload, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }
}
