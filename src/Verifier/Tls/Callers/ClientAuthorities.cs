using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls.Callers;

/// <summary>The authorities of <c>Tls:ClientCertificateAuthorityFile</c>: whose client certificates are taken.</summary>
internal sealed class ClientAuthorities(X509Certificate2Collection all)
{
    private const string Setting = "Tls:ClientCertificateAuthorityFile";
    private const string Expected = "PEM certificates of the authorities that issue API servers' client certificates";

    public X509Certificate2Collection All { get; } = all;

    /// <exception cref="SettingException">The file cannot be used.</exception>
    public static ClientAuthorities Load(string file)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(File.ReadAllText(file));
        }
        catch (Exception unusable) when (unusable is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SettingException(Setting, $"'{file}' cannot be used ({unusable.Message})", Expected);
        }

        return all.Count > 0 ? new ClientAuthorities(all) : throw new SettingException(Setting, $"'{file}' holds no certificate", Expected);
    }
}
