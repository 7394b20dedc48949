using System.Net.Security;

namespace Kritis.Events.Verifier.Tls;

/// <summary>A certificate, ready for handshakes.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Context">The same as a handshake uses it.</param>
internal sealed record ShownCertificate(ServingCertificate Certificate, SslStreamCertificateContext Context)
{
    /// <summary>Makes one ready; the first time that takes long, as the platform reads every authority that the system trusts. Nothing is fetched.</summary>
    public static ShownCertificate Of(ServingCertificate certificate) =>
        new(certificate, SslStreamCertificateContext.Create(certificate.Leaf, certificate.Chain, offline: true));
}
