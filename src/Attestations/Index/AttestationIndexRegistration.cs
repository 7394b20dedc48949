using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kritis.Events.Attestations.Index;

/// <summary>Adds the index and what keeps it in step with the log.</summary>
public static class AttestationIndexRegistration
{
    /// <summary>Adds <see cref="AttestationIndex"/>, <see cref="IndexWriter"/> and <see cref="IndexFollower"/>.</summary>
    /// <param name="services">The service's container.</param>
    /// <param name="keepSignatures">Whether the index keeps signatures, to attach them again, and what comes with them.</param>
    /// <param name="readyTag">The tag of the health checks that decide readiness.</param>
    public static IServiceCollection AddAttestationIndex(this IServiceCollection services, bool keepSignatures, string readyTag)
    {
        _ = services.AddSingleton(new IndexWriterOptions());
        _ = services.AddSingleton(_ => new AttestationIndex { KeepsDetails = keepSignatures });
        _ = services.AddSingleton<IndexWriter>();
        _ = services.AddSingleton<IndexFollower>();
        _ = services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<IndexFollower>());
        _ = services.AddHealthChecks().AddCheck<IndexHealth>("attestation-log", tags: [readyTag]);
        return services;
    }
}
