using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls;

/// <summary>Section <c>Tls</c>.</summary>
internal sealed record TlsOptions
{
    /// <summary>PEM file of the webhook's certificate, its chain behind it.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its private key, readable for its owner (and its group) only.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Further names for the certificate that is made where none is given, for example <c>kritis-verifier.kritis.svc</c>.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <exception cref="SettingException">The files cannot be used.</exception>
    public X509Certificate2 Certificate(string dataPath, TimeProvider time)
    {
        if ((CertificateFile is null) != (KeyFile is null))
        {
            throw new SettingException("Tls:CertificateFile", "and Tls:KeyFile go together, but only one is set", "both, or none");
        }

        return CertificateFile is null
            ? ServingCertificate.LoadOrMake(Path.Combine(dataPath, "tls"), ["localhost", "127.0.0.1", "::1", Environment.MachineName, .. DnsNames], time)
            : Given();
    }

    private X509Certificate2 Given()
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(KeyFile!) & UnixFileMode.OtherRead) != 0)
            {
                throw new SettingException("Tls:KeyFile", $"'{KeyFile}' may be read by everybody", $"a key of its owner's: chmod 600 '{KeyFile}'");
            }

            return X509Certificate2.CreateFromPemFile(CertificateFile!, KeyFile);
        }
        catch (Exception unusable) when (unusable is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Tls:CertificateFile", $"'{CertificateFile}' with '{KeyFile}' cannot be used ({unusable.Message})", "a PEM certificate and its PEM private key");
        }
    }
}
