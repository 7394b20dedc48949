using System.Security.Authentication;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls;

/// <summary>Gives the web server its certificate.</summary>
internal static class TlsRegistration
{
    public static WebApplicationBuilder AddServingCertificate(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection("Tls").Get<TlsOptions>() ?? new TlsOptions();
        var certificate = options.Certificate(builder.DataPath(), TimeProvider.System);
        _ = builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            https.ServerCertificateSelector = (_, _) => certificate;
        }));
        return builder;
    }
}
