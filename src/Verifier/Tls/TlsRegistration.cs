using System.Security.Authentication;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls;

/// <summary>Gives the web server its certificate.</summary>
internal static class TlsRegistration
{
    public static WebApplicationBuilder AddServingCertificate(this WebApplicationBuilder builder)
    {
        var folder = Path.Combine(builder.DataPath(), "tls");
        var certificate = ServingCertificate.Find(TlsOptions.From(builder.Configuration), folder, TimeProvider.System);
        var context = certificate.ToContext();
        _ = builder.Services.AddSingleton(certificate).AddHostedService<CertificateNotice>();
        _ = builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;

            // Asked at every handshake, so that a certificate can change while the service runs; the selector alone would send no chain.
            https.ServerCertificateSelector = (_, _) => certificate.Leaf;
            https.OnAuthenticate = (_, handshake) =>
            {
                handshake.ServerCertificateSelectionCallback = null;
                handshake.ServerCertificateContext = context;
            };
        }));
        return builder;
    }
}
