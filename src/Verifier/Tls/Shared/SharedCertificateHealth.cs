using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kritis.Events.Verifier.Tls.Shared;

/// <summary>Ready once this verifier shows the certificate of the Secret and API servers were told to trust it; from then on it stays so.</summary>
internal sealed class SharedCertificateHealth(SharedCertificate certificate) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(certificate.NotReady is { } reason ? HealthCheckResult.Unhealthy(reason) : HealthCheckResult.Healthy());
}
