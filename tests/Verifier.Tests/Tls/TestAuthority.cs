using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Verifier.Tests.Tls;

/// <summary>An authority that issues whatever a test needs.</summary>
internal sealed class TestAuthority
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority(string name, TestAuthority? issuer = null)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var (from, to) = (DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
        Certificate = issuer is null ? request.CreateSelfSigned(from, to) : issuer.Issue(request, to.AddDays(-1)).CopyWithPrivateKey(_key);
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem() + "\n";

    public X509Certificate2 Issue(CertificateRequest request, DateTimeOffset until) =>
        request.Create(Certificate, DateTimeOffset.UtcNow.AddDays(-300), until, RandomNumberGenerator.GetBytes(8));

    /// <summary>A certificate with its key, as PEM.</summary>
    public (string Certificate, string Key) IssuePair(string subject, DateTimeOffset until, string? purpose = null, string? dnsName = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (purpose is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        }

        if (dnsName is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(dnsName);
            request.CertificateExtensions.Add(names.Build());
        }

        return (Issue(request, until).ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
