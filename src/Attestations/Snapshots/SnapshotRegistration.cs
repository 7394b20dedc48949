using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>Adds the index's snapshot.</summary>
public static class SnapshotRegistration
{
    /// <summary>Adds <see cref="IndexSnapshot"/>, which the index's follower then uses, and what writes it in regular steps.</summary>
    /// <param name="services">The service's container, with the index.</param>
    /// <param name="dataPath">The data folder, of this process alone.</param>
    public static IServiceCollection AddIndexSnapshot(this IServiceCollection services, string dataPath)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(new SnapshotOptions { Folder = dataPath })
            .AddSingleton<IndexSnapshot>()
            .AddHostedService<SnapshotUpkeep>();
    }
}
