using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Servers;

/// <summary>A certificate and its private key, both as PEM.</summary>
internal sealed record CertificateAndKey(string Certificate, string Key)
{
    public X509Certificate2 Load() => X509Certificate2.CreateFromPem(Certificate, Key);
}
