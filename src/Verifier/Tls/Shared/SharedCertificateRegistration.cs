using k8s;
using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.Verifier.Tls.Own;

namespace Kritis.Events.Verifier.Tls.Shared;

/// <summary>Adds the certificate that the verifiers of a cluster share.</summary>
internal static class SharedCertificateRegistration
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    /// <returns>What is shown until the Secret was read.</returns>
    public static Func<ServingCertificate> AddSharedCertificate(this WebApplicationBuilder builder, TlsOptions options, string ns)
    {
        var webhook = WebhookOptions.From(builder.Configuration);
        var service = options.ServiceName;
        string[] names = [$"{service}.{ns}.svc", $"{service}.{ns}.svc.cluster.local", $"{service}.{ns}", "localhost", .. options.DnsNames];
        var needs = new CertificateNeeds(names, options.CertificateLifetime ?? Lifetime) { IsShared = true };
        _ = builder.Services
            .AddSingleton(needs)
            .AddSingleton(provider => new CertificateSecret(provider.GetRequiredService<IKubernetes>(), ns, options.Secret))
            .AddSingleton(provider => new WebhookConfiguration(provider.GetRequiredService<IKubernetes>(), webhook.ConfigurationName, service, ns))
            .AddSingleton<WebhookTrust>()
            .AddSingleton<SharedCertificate>()
            .AddHostedService(provider => provider.GetRequiredService<SharedCertificate>())
            .AddHealthChecks().AddCheck<SharedCertificateHealth>("certificate", tags: [HealthEndpoints.Ready]);
        return () => StandIn(names);
    }

    private static ServingCertificate StandIn(string[] names)
    {
        var (standIn, _) = CertificateIssuer.Issue(names, TimeSpan.FromDays(365), TimeProvider.System.GetUtcNow());
        return new ServingCertificate(standIn.Leaf, []) { Origin = "a stand-in until the Secret was read", IsStandIn = true };
    }
}
