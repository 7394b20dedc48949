using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.Contracts;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.Verifier.Tls.Callers;
using Kritis.Events.Verifier.Tls.Own;
using Kritis.Events.Verifier.Tls.Shared;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Kritis.Events.Verifier.Tls;

/// <summary>Gives the web server its certificate, and what renews it.</summary>
internal static class TlsRegistration
{
    private static readonly TimeSpan OwnLifetime = TimeSpan.FromDays(365);

    /// <summary>
    /// Adds the certificate that the settings name, or the one that the verifiers of the cluster share, or one of this verifier's own.
    /// </summary>
    /// <exception cref="SettingException">A setting cannot be used. That a file or the folder cannot is thrown once the certificate is asked for.</exception>
    public static WebApplicationBuilder AddServingCertificate(this WebApplicationBuilder builder)
    {
        var options = TlsOptions.From(builder.Configuration);
        var kubernetes = builder.AddKubernetes();
        var load = options.CertificateFile is { Length: > 0 } file ? AddGiven(builder.Services, file, options.KeyFile!)
            : kubernetes.Enabled ? builder.AddSharedCertificate(options, kubernetes.Namespace)
            : AddOwn(builder, options);
        var first = new Ahead<ShownCertificate>(() => ShownCertificate.Of(load()));
        _ = builder.Services
            .AddSingleton(options)
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<CertificateInForce>(provider, first.Value))
            .AddHostedService<CertificateNotice>();
        AddCallers(builder.Services, options);
        _ = builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => Configure(https, kestrel.ApplicationServices, options)));
        return builder;
    }

    private static void Configure(HttpsConnectionAdapterOptions https, IServiceProvider services, TlsOptions options)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        var asksCallers = options.ClientCertificateAuthorityFile is { Length: > 0 };
        if (asksCallers)
        {
            // Who is not known gets the reason as an answer, and probes have no certificate at all.
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        }

        // Asked at every handshake, so that a certificate can change while the service runs, and the first need not be there yet while this is set up.
        // The selector alone would send no chain.
        https.ServerCertificateSelector = (_, _) => services.GetRequiredService<CertificateInForce>().Certificate.Leaf;
        https.OnAuthenticate = (_, handshake) =>
        {
            handshake.ServerCertificateSelectionCallback = null;
            handshake.ServerCertificateContext = services.GetRequiredService<CertificateInForce>().Context;
            if (asksCallers)
            {
                handshake.CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            }
        };
    }

    private static Func<ServingCertificate> AddGiven(IServiceCollection services, string certificateFile, string keyFile)
    {
        AddReload(services, [certificateFile, keyFile], provider =>
        {
            var certificate = GivenCertificate.Load(certificateFile, keyFile, provider.GetRequiredService<TimeProvider>());
            return () => provider.GetRequiredService<CertificateInForce>().Show(certificate);
        });
        return () => GivenCertificate.Load(certificateFile, keyFile, TimeProvider.System);
    }

    private static Func<ServingCertificate> AddOwn(WebApplicationBuilder builder, TlsOptions options)
    {
        string[] names = ["localhost", "127.0.0.1", "::1", Environment.MachineName, .. options.DnsNames];
        var needs = new CertificateNeeds(names, options.CertificateLifetime ?? OwnLifetime);
        var own = new OwnCertificate(Path.Combine(builder.DataPath(), "tls"), needs);
        _ = builder.Services.AddSingleton(needs).AddSingleton(own).AddHostedService<OwnCertificateRenewal>();
        return () => own.LoadOrMake(TimeProvider.System.GetUtcNow()).Certificate;
    }

    private static void AddCallers(IServiceCollection services, TlsOptions options)
    {
        _ = services.AddSingleton<KnownCallers>();
        if (options.ClientCertificateAuthorityFile is { Length: > 0 } file)
        {
            AddReload(services, [file], provider =>
            {
                var authorities = ClientAuthorities.Load(file);
                return () => provider.GetRequiredService<KnownCallers>().Trust(authorities);
            });
        }
    }

    private static void AddReload(IServiceCollection services, string[] files, Func<IServiceProvider, Action> load) =>
        _ = services.AddSingleton<IHostedService>(provider => new FileReload(
            files, () => load(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FileReload>>()));
}
