using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Verifier.Tls.Callers;

/// <summary>Whether a client certificate is one that the webhook answers. Nothing is fetched for it.</summary>
internal static class ClientCertificateCheck
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string CommonName = "2.5.4.3";

    /// <param name="certificate">The certificate; the handshake has proved that the caller has its key.</param>
    /// <param name="authorities">Whose certificates are taken. Authorities between them and the certificate must be among them.</param>
    /// <param name="names">The names of which it must have one; empty for any.</param>
    /// <param name="now">The time.</param>
    /// <returns>Why it is not taken; null where it is.</returns>
    public static string? ProblemWith(X509Certificate2 certificate, ClientAuthorities authorities, IReadOnlyList<string> names, DateTimeOffset now)
    {
        if (!IsForClients(certificate))
        {
            return "the client certificate is not for client authentication";
        }

        using var chain = new X509Chain { ChainPolicy = Policy(authorities, now) };
        if (!chain.Build(certificate))
        {
            return $"the client certificate is not trusted ({string.Join(", ", chain.ChainStatus.Select(status => status.Status))})";
        }

        return names.Count == 0 || NamesOf(certificate).Any(names.Contains) ? null : "the client certificate has none of the names in Tls:ClientCertificateNames";
    }

    private static X509ChainPolicy Policy(ClientAuthorities authorities, DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTimeIgnored = false,
            VerificationTime = now.LocalDateTime,
        };
        policy.CustomTrustStore.AddRange(authorities.All);
        _ = policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return policy;
    }

    private static bool IsForClients(X509Certificate2 certificate) => certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
        .Any(extension => extension.EnhancedKeyUsages.Cast<Oid>().Any(usage => usage.Value == ClientAuthentication));

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate) => certificate.SubjectName.EnumerateRelativeDistinguishedNames()
        .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
        .Select(part => part.GetSingleElementValue())
        .Concat(certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames()))
        .OfType<string>();
}
