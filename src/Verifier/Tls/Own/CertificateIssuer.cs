using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Verifier.Tls.Own;

/// <summary>
/// Makes a server certificate (EC P-256) and an authority that signs nothing but it and ends with it. The authority's key is dropped as soon
/// as it has signed: it is never written, so nobody who reads what is kept can make another certificate that an API server would take.
/// </summary>
internal static class CertificateIssuer
{
    public const string AuthorityName = "Kritis.Events webhook authority";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    // Clocks differ between machines.
    private static readonly TimeSpan Leeway = TimeSpan.FromHours(1);

    /// <summary>Makes a certificate for <paramref name="names"/> (DNS names and addresses) that ends after <paramref name="lifetime"/>.</summary>
    public static (IssuedCertificate Certificate, X509Certificate2 Authority) Issue(IEnumerable<string> names, TimeSpan lifetime, DateTimeOffset now)
    {
        using var authority = MakeAuthority(now, now + lifetime);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(authority, key, names);
        var (pem, keyPem) = (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
        var issued = new IssuedCertificate { Certificate = pem, Key = keyPem, Leaf = PemPair.Load(pem, keyPem) };
        return (issued, X509CertificateLoader.LoadCertificate(authority.RawDataMemory.Span));
    }

    private static X509Certificate2 MakeAuthority(DateTimeOffset now, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        // A name of its own, so that callers who trust several never try the wrong one.
        var name = $"CN={AuthorityName} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - Leeway, until);
    }

    private static X509Certificate2 Sign(X509Certificate2 authority, ECDsa key, IEnumerable<string> names)
    {
        var request = new CertificateRequest("CN=Kritis.Events verifier", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(AlternativeNames(names));
        return request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(16));
    }

    private static X509Extension AlternativeNames(IEnumerable<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address))
            {
                builder.AddIpAddress(address);
            }
            else
            {
                builder.AddDnsName(name);
            }
        }

        return builder.Build();
    }
}
