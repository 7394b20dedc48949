using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.ServiceDefaults.Kubernetes;

namespace Kritis.Events.Verifier.Policies;

/// <summary>Adds the watch of the cluster's namespaces.</summary>
internal static class NamespaceRegistration
{
    /// <summary>Adds it where the service speaks with an API server; elsewhere labels stay unknown.</summary>
    public static WebApplicationBuilder AddNamespaces(this WebApplicationBuilder builder)
    {
        if (!builder.AddKubernetes().Enabled)
        {
            return builder;
        }

        _ = builder.Services
            .AddSingleton<NamespaceWatch>()
            .AddHostedService(provider => provider.GetRequiredService<NamespaceWatch>())
            .AddHealthChecks().AddCheck<NamespaceHealth>("namespaces", tags: [HealthEndpoints.Ready]);
        return builder;
    }
}
