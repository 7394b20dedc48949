using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Servers;

/// <summary>A certificate authority that lives as long as one test server. Its key never leaves the process.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddHours(-1);
    private static readonly DateTimeOffset Until = DateTimeOffset.UtcNow.AddDays(1);
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request($"CN={name}", key, X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, isAuthority: true);
        _certificate = request.CreateSelfSigned(From, Until);
    }

    /// <param name="name">Its name.</param>
    /// <param name="above">The authority that issued its certificate.</param>
    public TestAuthority(string name, TestAuthority above)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request($"CN={name}", key, X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, isAuthority: true);
        using var certificate = request.Create(above._certificate, From, Until, RandomNumberGenerator.GetBytes(16));
        _certificate = certificate.CopyWithPrivateKey(key);
    }

    public string Certificate => _certificate.ExportCertificatePem();

    public CertificateAndKey Server(string name, IEnumerable<string> names, IEnumerable<IPAddress> addresses)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var alternative in names)
        {
            alternatives.AddDnsName(alternative);
        }

        foreach (var address in addresses)
        {
            alternatives.AddIpAddress(address);
        }

        return Issue($"CN={name}", ServerAuthentication, alternatives.Build());
    }

    /// <summary>A certificate that Kubernetes takes as the user <paramref name="user"/> in <paramref name="group"/>.</summary>
    public CertificateAndKey Client(string user, string group) => Issue($"O={group}, CN={user}", ClientAuthentication, alternatives: null);

    public void Dispose() => _certificate.Dispose();

    private CertificateAndKey Issue(string subject, string purpose, X509Extension? alternatives)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(subject, key, X509KeyUsageFlags.DigitalSignature, isAuthority: false);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        if (alternatives is not null)
        {
            request.CertificateExtensions.Add(alternatives);
        }

        using var certificate = request.Create(_certificate, From, Until, RandomNumberGenerator.GetBytes(16));
        return new CertificateAndKey(certificate.ExportCertificatePem(), key.ExportECPrivateKeyPem());
    }

    private static CertificateRequest Request(string subject, ECDsa key, X509KeyUsageFlags usage, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }
}
