using Kritis.Events.ServiceDefaults.Kubernetes;

namespace Kritis.Events.Verifier.Leader;

/// <summary>Adds the election among the verifier's replicas.</summary>
internal static class LeaderRegistration
{
    /// <summary>Adds it where the service speaks with an API server.</summary>
    public static WebApplicationBuilder AddLeader(this WebApplicationBuilder builder)
    {
        if (!builder.AddKubernetes().Enabled)
        {
            return builder;
        }

        _ = builder.Services
            .AddSingleton(LeaderIdentity.New())
            .AddSingleton<ClusterLeader>()
            .AddHostedService(provider => provider.GetRequiredService<ClusterLeader>());
        return builder;
    }
}
