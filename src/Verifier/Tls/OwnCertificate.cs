using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls;

/// <summary>
/// The webhook's own certificate where none is given: an authority (<c>ca.crt</c>, for the webhook configuration's <c>caBundle</c>) and a server
/// certificate by it (<c>tls.crt</c>, <c>tls.key</c>), EC P-256, valid for a year, made anew when less than a month of it is left, when a
/// name is missing in it or when it cannot be read. The authority's key is never written: it signs once.
/// </summary>
internal static class OwnCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);
    private static readonly TimeSpan Renewal = TimeSpan.FromDays(30);

    // Clocks differ a little between machines.
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(5);

    /// <exception cref="SettingException">The folder cannot be written.</exception>
    public static ServingCertificate LoadOrMake(string folder, IReadOnlyList<string> names, TimeProvider time)
    {
        var files = new CertificateFiles(folder);
        try
        {
            var leaf = files.Load() is { } known && IsGood(known, names, time.GetUtcNow()) ? known : Make(files, names, time.GetUtcNow());
            return new ServingCertificate(leaf, [], files.Authority);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Data:Path", $"'{folder}' cannot hold a certificate ({failure.Message})", "a folder this process may write to");
        }
    }

    private static bool IsGood(X509Certificate2 certificate, IReadOnlyList<string> names, DateTimeOffset now) =>
        certificate.NotBefore.ToUniversalTime() <= now.UtcDateTime
        && certificate.NotAfter.ToUniversalTime() - now.UtcDateTime > Renewal
        && names.All(name => certificate.MatchesHostname(name));

    private static X509Certificate2 Make(CertificateFiles files, IReadOnlyList<string> names, DateTimeOffset now)
    {
        using var authority = MakeAuthority(now);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(authority, key, names, now);
        files.Save(authority, certificate, key);
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }

    private static X509Certificate2 MakeAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Kritis.Events webhook authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - Leeway, now + Life);
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, ECDsa key, IReadOnlyList<string> names, DateTimeOffset now)
    {
        var request = new CertificateRequest("CN=Kritis.Events verifier", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(AlternativeNames(names));
        return request.Create(authority, now - Leeway, now + Life - Leeway, RandomNumberGenerator.GetBytes(16));
    }

    private static X509Extension AlternativeNames(IReadOnlyList<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
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
