using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>Clients that trust one authority, as an API server trusts a <c>caBundle</c>.</summary>
internal static class Https
{
    public static SocketsHttpHandler Trusting(string authorityFile) => new()
    {
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Policy(X509CertificateLoader.LoadCertificateFromFile(authorityFile)) },
    };

    public static SslClientAuthenticationOptions Client(string authorityFile) => new()
    {
        TargetHost = "localhost",
        CertificateChainPolicy = Policy(X509CertificateLoader.LoadCertificateFromFile(authorityFile)),
    };

    public static X509ChainPolicy Policy(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        _ = policy.CustomTrustStore.Add(authority);
        return policy;
    }
}
