using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>Ready once every kind was read, and from then on: an API server that is away changes nothing of what is in force.</summary>
internal sealed class ClusterResourcesHealth(ClusterResources resources) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(resources.FirstRead.IsCompletedSuccessfully
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"reading the resources from the cluster: {string.Join("; ", resources.Waiting)}"));
}
