using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls;

/// <summary>The certificate that <c>Tls:CertificateFile</c> and <c>Tls:KeyFile</c> name.</summary>
internal static class GivenCertificate
{
    private const string Certificates = "a PEM certificate with its chain behind it";
    private const string Key = "the PEM private key, without a password, of the first certificate in Tls:CertificateFile";
    private const UnixFileMode ForOthers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <exception cref="SettingException">The files cannot be used.</exception>
    public static ServingCertificate Load(string certificateFile, string keyFile, TimeProvider time)
    {
        var certificates = "";
        var chain = Read("Tls:CertificateFile", certificateFile, Certificates, () =>
        {
            certificates = File.ReadAllText(certificateFile);
            var found = new X509Certificate2Collection();
            found.ImportFromPem(certificates);
            return found;
        });
        if (chain.Count == 0)
        {
            throw new SettingException("Tls:CertificateFile", $"'{certificateFile}' holds no certificate", Certificates);
        }

        var leaf = Read("Tls:KeyFile", keyFile, Key, () =>
        {
            RefuseOpenKey(keyFile);
            return PemPair.Load(certificates, File.ReadAllText(keyFile));
        });
        if (leaf.NotAfter.ToUniversalTime() <= time.GetUtcNow().UtcDateTime)
        {
            throw new SettingException("Tls:CertificateFile", $"'{certificateFile}' expired at {leaf.NotAfter.ToUniversalTime():u}", "a valid certificate");
        }

        chain.RemoveAt(0);
        return new ServingCertificate(leaf, chain) { Origin = "the certificate of Tls:CertificateFile" };
    }

    private static T Read<T>(string key, string file, string expected, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception unusable) when (unusable is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SettingException(key, $"'{file}' cannot be used ({unusable.Message})", expected);
        }
    }

    private static void RefuseOpenKey(string keyFile)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(keyFile) & ForOthers) != 0)
        {
            throw new SettingException("Tls:KeyFile", $"'{keyFile}' is open to everybody", $"a key for its owner only: chmod 600 '{keyFile}'");
        }
    }
}
