using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.ServiceDefaults.Settings;

/// <summary>
/// Section <c>Bus:Tls</c>: whom to trust and who to be at a broker with TLS. The files are read at the start, which refuses what cannot be used, and
/// again for each connection, so that renewed ones are taken up.
/// </summary>
public sealed record BusTls
{
    private const string Section = "Bus:Tls:";

    /// <summary>A PEM file of the authorities of which one must have issued the broker's certificate; those of the machine where none is set.</summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file with the certificate to show to the broker, and behind it those between it and the authority.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the private key of that certificate, not encrypted.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The authorities, or null for those of the machine.</summary>
    /// <exception cref="IOException">The file cannot be read now or is none.</exception>
    public X509Certificate2Collection? ReadAuthorities() => CaFile is null ? null : Read(nameof(CaFile), CaFile, "PEM certificates", file =>
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("there is no certificate in it");
    });

    /// <summary>The certificate to show, or null for none.</summary>
    /// <exception cref="IOException">A file cannot be read now or is none.</exception>
    public SslStreamCertificateContext? ReadCertificate() => CertificateFile is null ? null : Read(
        nameof(CertificateFile), CertificateFile, "a PEM certificate, with its key in Bus:Tls:KeyFile", file =>
        {
            var certificate = X509Certificate2.CreateFromPemFile(file, KeyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            chain.RemoveAt(0);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        });

    internal static BusTls From(IConfiguration configuration, BusAddress address)
    {
        var tls = new BusTls { CaFile = Set(nameof(CaFile)), CertificateFile = Set(nameof(CertificateFile)), KeyFile = Set(nameof(KeyFile)) };
        if (!address.Tls && (tls.CaFile ?? tls.CertificateFile ?? tls.KeyFile) is not null)
        {
            throw new SettingException("Bus:Tls", "is set for a Bus:Uri without TLS", "amqps://… in Bus:Uri");
        }

        if (tls.CertificateFile is null != tls.KeyFile is null)
        {
            var missing = tls.KeyFile is null ? nameof(KeyFile) : nameof(CertificateFile);
            throw new SettingException(Section + missing, "is missing", "Bus:Tls:CertificateFile and Bus:Tls:KeyFile, or neither");
        }

        try
        {
            _ = tls.ReadAuthorities();
            _ = tls.ReadCertificate();
            return tls;
        }
        catch (UnusableFileException file)
        {
            throw new SettingException(file.Key, file.Problem, file.Expected);
        }

        string? Set(string name) => configuration[Section + name] is { Length: > 0 } path ? path : null;
    }

    private static T Read<T>(string name, string path, string expected, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new UnusableFileException(Section + name, $"'{path}' cannot be used ({failure.Message})", expected);
        }
    }

    private sealed class UnusableFileException(string key, string problem, string expected) : IOException($"{key} {problem}; expected {expected}")
    {
        public string Key { get; } = key;

        public string Problem { get; } = problem;

        public string Expected { get; } = expected;
    }
}
