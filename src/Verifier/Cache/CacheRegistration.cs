using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Cache;

/// <summary>Adds the verifier's cache: the index, filled by the attestation log and by nothing else.</summary>
internal static class CacheRegistration
{
    /// <param name="builder">The service.</param>
    /// <param name="clientName">How the broker shows this process.</param>
    public static WebApplicationBuilder AddCache(this WebApplicationBuilder builder, string clientName = "verifier")
    {
        _ = builder.Services
            .AddAttestationLog(builder.Broker(), builder.DataPath(), clientName)
            .AddAttestationIndex(keepSignatures: false, HealthEndpoints.Ready)
            .AddHostedService<AttestationNotices>()
            .AddSingleton<Func<LogProgress>>(provider =>
            {
                var follower = provider.GetRequiredService<IndexFollower>();
                return () => new LogProgress(follower.CaughtUp.IsCompletedSuccessfully, follower.Read);
            });
        return builder;
    }
}
