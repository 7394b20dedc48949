using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Verifier.Tls.Own;

/// <summary>A certificate that verifiers made for themselves, with its private key.</summary>
internal sealed record IssuedCertificate
{
    private const int MostNames = 100;

    /// <summary>The certificate as PEM.</summary>
    public required string Certificate { get; init; }

    /// <summary>Its private key as PEM (PKCS #8).</summary>
    public required string Key { get; init; }

    /// <summary>Both, as handshakes use them.</summary>
    public required X509Certificate2 Leaf { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset Until => Leaf.NotAfter.ToUniversalTime();

    /// <summary>The DNS names and addresses it is for.</summary>
    public IReadOnlyList<string> Names =>
    [
        .. Leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())))
            .Take(MostNames),
    ];

    /// <summary>Reads a pair of PEM texts.</summary>
    /// <returns>Null where they are damaged or not of one another.</returns>
    public static IssuedCertificate? Read(string? certificate, string? key)
    {
        if (string.IsNullOrEmpty(certificate) || string.IsNullOrEmpty(key))
        {
            return null;
        }

        try
        {
            var issued = new IssuedCertificate { Certificate = certificate, Key = key, Leaf = PemPair.Load(certificate, key) };
            _ = issued.Names;
            return issued;
        }
        catch (Exception damaged) when (damaged is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether it is for a DNS name or an address, word for word.</summary>
    public bool IsFor(string name) => IPAddress.TryParse(name, out var address)
        ? Names.Contains(address.ToString())
        : Names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
