using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Verifier.Tls;

/// <summary>What the webhook shows its callers.</summary>
/// <param name="Leaf">The certificate, with its private key.</param>
/// <param name="Chain">The certificates between it and the authority.</param>
/// <param name="AuthorityFile">The file of the authority that was made for it; null where the certificate was given.</param>
internal sealed record ServingCertificate(X509Certificate2 Leaf, X509Certificate2Collection Chain, string? AuthorityFile)
{
    /// <summary>The certificate as a handshake uses it. Nothing is fetched for it.</summary>
    public SslStreamCertificateContext ToContext() => SslStreamCertificateContext.Create(Leaf, Chain, offline: true);

    /// <summary>The certificate that the settings name, or the one this verifier makes for itself in <paramref name="folder"/>.</summary>
    /// <exception cref="ServiceDefaults.Settings.SettingException">The files or the folder cannot be used.</exception>
    public static ServingCertificate Find(TlsOptions options, string folder, TimeProvider time) => options.CertificateFile is { Length: > 0 } file
        ? GivenCertificate.Load(file, options.KeyFile!, time)
        : OwnCertificate.LoadOrMake(folder, ["localhost", "127.0.0.1", "::1", Environment.MachineName, .. options.DnsNames], time);
}
