using System.Diagnostics.Metrics;
using System.Net.Security;

namespace Kritis.Events.Verifier.Tls;

/// <summary>
/// The certificate that the next handshake gets. Another one takes its place without touching connections that are open: they have had their
/// handshake.
/// </summary>
internal sealed partial class CertificateInForce
{
    private readonly ILogger<CertificateInForce> _logger;
    private volatile ShownCertificate _shown;

    public CertificateInForce(ShownCertificate first, IMeterFactory meters, ILogger<CertificateInForce> logger)
    {
        _logger = logger;
        _shown = first;
        _ = meters.Create("Kritis.Events.Tls").CreateObservableGauge(
            "kritis_certificate_expiry_seconds", Expiry, "s", "When the webhook's certificate ends, in seconds of Unix time; absent until there is one.");
    }

    public ServingCertificate Certificate => _shown.Certificate;

    public SslStreamCertificateContext Context => _shown.Context;

    /// <summary>Puts a certificate in force, and says so, where it is another one than before.</summary>
    public void Show(ServingCertificate certificate)
    {
        var before = _shown.Certificate;
        if (before.Leaf.RawDataMemory.Span.SequenceEqual(certificate.Leaf.RawDataMemory.Span)
            && before.Chain.Select(link => link.Thumbprint).SequenceEqual(certificate.Chain.Select(link => link.Thumbprint)))
        {
            return;
        }

        // The one before is not disposed of: a handshake may be using it.
        _shown = ShownCertificate.Of(certificate);
        Log.Shown(_logger, certificate.Origin, certificate.Until);
    }

    private IEnumerable<Measurement<long>> Expiry() =>
        Certificate.IsStandIn ? [] : [new Measurement<long>(Certificate.Until.ToUnixTimeSeconds())];

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "New connections are shown {Origin}, valid until {Until:u}.")]
        public static partial void Shown(ILogger logger, string origin, DateTimeOffset until);
    }
}
