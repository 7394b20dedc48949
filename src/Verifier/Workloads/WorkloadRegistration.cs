using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>Adds continuous validation.</summary>
internal static class WorkloadRegistration
{
    /// <summary>Adds it where the service speaks with an API server and <c>Workloads:Enabled</c> is not false.</summary>
    public static WebApplicationBuilder AddWorkloads(this WebApplicationBuilder builder)
    {
        var options = WorkloadOptions.From(builder.Configuration);
        if (!options.Enabled || !builder.AddKubernetes().Enabled)
        {
            return builder;
        }

        _ = builder.Services
            .AddSingleton(options)
            .AddSingleton<RunningPods>()
            .AddSingleton<WorkloadAgenda>()
            .AddSingleton<WorkloadFindings>()
            .AddSingleton<WorkloadMetrics>()
            .AddSingleton<WorkloadCheck>()
            .AddSingleton<WorkloadSweep>()
            .AddSingleton<WorkloadTelling>()
            .AddSingleton<WorkloadEvents>()
            .AddSingleton<PodFeed>()
            .AddSingleton<WorkloadLoop>()
            .AddSingleton(provider => WorkloadKnowledge.Of(
                provider.GetRequiredService<IResourceSource>(), provider.GetRequiredService<NamespaceLabels>(), provider.GetRequiredService<IndexFollower>()))
            .AddHostedService(provider => provider.GetRequiredService<WorkloadEvents>())
            .AddHostedService<WorkloadValidation>();
        return builder;
    }
}
