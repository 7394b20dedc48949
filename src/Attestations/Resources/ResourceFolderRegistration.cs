using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Resources;

/// <summary>Adds the folder that <c>Resources:Path</c> names (<c>./resources</c> by default).</summary>
public static class ResourceFolderRegistration
{
    /// <summary>Adds <see cref="ResourceFolder"/> as the source of resources; it is read when the host starts.</summary>
    public static IServiceCollection AddResourceFolder(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var path = configuration["Resources:Path"] is { Length: > 0 } set ? set : "./resources";
        _ = services.AddSingleton(provider => new ResourceFolder(
            path,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredService<ILogger<ResourceFolder>>()));
        _ = services.AddSingleton<IResourceSource>(provider => provider.GetRequiredService<ResourceFolder>());
        return services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ResourceFolder>());
    }
}
