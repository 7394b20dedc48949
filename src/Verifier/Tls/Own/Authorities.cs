using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kritis.Events.Verifier.Tls.Own;

/// <summary>The authorities that callers of the webhook must trust, the one of the certificate in force first: <c>ca.crt</c>.</summary>
internal sealed class Authorities
{
    private const int Most = 8;

    private Authorities(IReadOnlyList<X509Certificate2> all) => (All, Pem) = (all, ToPem(all));

    public static Authorities None { get; } = new([]);

    public IReadOnlyList<X509Certificate2> All { get; }

    /// <summary>All of them as PEM; the same authorities in the same order are always the same text.</summary>
    public string Pem { get; }

    /// <summary>
    /// The authorities in the order given, each once, without those that have ended, and no more than eight: what is left out is the last.
    /// </summary>
    public static Authorities Of(IEnumerable<X509Certificate2> authorities, DateTimeOffset now) => new(
    [
        .. authorities.DistinctBy(authority => authority.Thumbprint).Where(authority => authority.NotAfter.ToUniversalTime() > now.UtcDateTime).Take(Most),
    ]);

    /// <summary>The certificates in a PEM text; none where it is damaged.</summary>
    public static Authorities Read(string? pem)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
            return new Authorities([.. found]);
        }
        catch (CryptographicException)
        {
            return None;
        }
    }

    /// <summary>Which of them issued a certificate; whether it is still valid is asked elsewhere.</summary>
    public X509Certificate2? IssuerOf(IssuedCertificate certificate) => All.FirstOrDefault(authority => Issued(authority, certificate.Leaf));

    private static bool Issued(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;

        // Only whether one signed the other is asked here.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        _ = chain.ChainPolicy.CustomTrustStore.Add(authority);
        return chain.Build(certificate);
    }

    private static string ToPem(IEnumerable<X509Certificate2> all)
    {
        var text = new StringBuilder();
        foreach (var authority in all)
        {
            _ = text.Append(authority.ExportCertificatePem()).Append('\n');
        }

        return text.ToString();
    }
}
