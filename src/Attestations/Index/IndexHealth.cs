using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kritis.Events.Attestations.Index;

/// <summary>Ready once the log has been read to where it ended when this process started, and from then on (G6).</summary>
internal sealed class IndexHealth(IndexFollower follower) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var result = follower.CaughtUp.IsCompletedSuccessfully
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(follower.Problem is { } problem
                ? $"cannot read the attestation log: {problem}"
                : $"reading the attestation log, {follower.Read} records so far");
        return Task.FromResult(result);
    }
}
