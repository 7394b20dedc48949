using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kritis.Events.Verifier.Policies;

/// <summary>Ready once the namespaces have been listed, and from then on: before that every policy that asks for labels selects every namespace.</summary>
internal sealed class NamespaceHealth(NamespaceWatch watch) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(watch.HasListed
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(watch.Problem is { } problem ? $"cannot list the namespaces: {problem}" : "listing the namespaces"));
}
