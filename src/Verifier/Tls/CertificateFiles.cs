using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Verifier.Tls;

/// <summary>The files of a certificate that the verifier made for itself.</summary>
internal sealed class CertificateFiles(string folder)
{
    private readonly string _certificate = Path.Combine(folder, "tls.crt");
    private readonly string _key = Path.Combine(folder, "tls.key");

    public string Authority { get; } = Path.Combine(folder, "ca.crt");

    /// <summary>The certificate with its key, or null where the three files are not there, not readable or not of one another.</summary>
    public X509Certificate2? Load()
    {
        X509Certificate2? certificate = null;
        try
        {
            certificate = X509Certificate2.CreateFromPemFile(_certificate, _key);
            using var authority = X509Certificate2.CreateFromPem(File.ReadAllText(Authority));
            if (IsIssuedBy(authority, certificate))
            {
                return certificate;
            }
        }
        catch (Exception unusable) when (unusable is CryptographicException or IOException or ArgumentException)
        {
            // Made anew.
        }

        certificate?.Dispose();
        return null;
    }

    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public void Save(X509Certificate2 authority, X509Certificate2 certificate, ECDsa key)
    {
        _ = Directory.CreateDirectory(folder);
        Replace(_key, key.ExportPkcs8PrivateKeyPem(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        Replace(_certificate, certificate.ExportCertificatePem(), ForAll);
        Replace(Authority, authority.ExportCertificatePem(), ForAll);
    }

    private static bool IsIssuedBy(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;

        // Only whether one signed the other is asked here; how long they are valid is asked elsewhere.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        _ = chain.ChainPolicy.CustomTrustStore.Add(authority);
        return chain.Build(certificate);
    }

    /// <summary>Written beside and moved over, so that no reader sees half of it and no other mode than the one asked for ever holds.</summary>
    private static void Replace(string path, string content, UnixFileMode mode)
    {
        var beside = $"{path}.{Guid.NewGuid():n}";
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = mode;
        }

        using (var file = new StreamWriter(beside, how))
        {
            file.Write(content);
            file.Write('\n');
        }

        File.Move(beside, path, overwrite: true);
    }
}
