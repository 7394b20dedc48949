using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Verifier.Tls;

/// <summary>A certificate and its private key, both as PEM.</summary>
internal static class PemPair
{
    /// <summary>The first certificate of a text with its key, as handshakes can use it.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">One of the two is damaged.</exception>
    /// <exception cref="ArgumentException">The key is of no known kind, or another certificate's.</exception>
    public static X509Certificate2 Load(string certificate, string key)
    {
        var pair = X509Certificate2.CreateFromPem(certificate, key);
        if (!OperatingSystem.IsWindows())
        {
            return pair;
        }

        // Windows' TLS takes no key that lives in memory only.
        using (pair)
        {
            return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pfx), null);
        }
    }
}
