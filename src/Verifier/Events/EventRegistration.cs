using Kritis.Events.ServiceDefaults.Kubernetes;

namespace Kritis.Events.Verifier.Events;

/// <summary>Adds Events in the cluster.</summary>
internal static class EventRegistration
{
    /// <summary>Adds them where the service speaks with an API server.</summary>
    public static WebApplicationBuilder AddClusterEvents(this WebApplicationBuilder builder)
    {
        if (!builder.AddKubernetes().Enabled)
        {
            return builder;
        }

        _ = builder.Services
            .AddSingleton<EventMetrics>()
            .AddSingleton<EventWriter>()
            .AddSingleton(EventLimits.Admissions)
            .AddSingleton<ClusterEvents>()
            .AddHostedService(provider => provider.GetRequiredService<ClusterEvents>());
        return builder;
    }
}
