using System.Diagnostics.Metrics;
using k8s;
using Kritis.Events.Attestations.Resources.Kubernetes;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Resources;

/// <summary>Adds the resources from where <c>Resources:Source</c> says: <c>Folder</c> (the default) or <c>Kubernetes</c>.</summary>
public static class ResourceRegistration
{
    /// <summary>
    /// Adds the folder that <c>Resources:Path</c> names (<c>./resources</c> by default), read from now on beside the rest of the start; or the objects of the cluster
    /// whose <see cref="IKubernetes"/> was added.
    /// </summary>
    /// <param name="services">The service's container.</param>
    /// <param name="configuration">Its settings.</param>
    /// <param name="readyTag">The tag of the health checks that decide readiness.</param>
    /// <exception cref="StartRefusedException">The setting is wrong, or asks for a cluster where none is set up.</exception>
    public static IServiceCollection AddResources(this IServiceCollection services, IConfiguration configuration, string readyTag)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var path = configuration["Resources:Path"] is { Length: > 0 } set ? set : "./resources";
        return configuration["Resources:Source"] switch
        {
            null or "" or "Folder" => services.AddFolder(path),
            "Kubernetes" => services.AddCluster(path, readyTag),
            var unknown => throw new StartRefusedException($"Resources:Source is '{Excerpt.Of(unknown)}'; expected Folder or Kubernetes"),
        };
    }

    private static IServiceCollection AddFolder(this IServiceCollection services, string path)
    {
        var first = new Ahead<FolderReading>(() => FolderReading.Of(path));
        _ = services.AddSingleton(provider => new ResourceFolder(
            first.Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredService<ILogger<ResourceFolder>>()));
        _ = services.AddSingleton<IResourceSource>(provider => provider.GetRequiredService<ResourceFolder>());
        return services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ResourceFolder>());
    }

    private static IServiceCollection AddCluster(this IServiceCollection services, string path, string readyTag)
    {
        if (services.All(service => service.ServiceType != typeof(IKubernetes)))
        {
            throw new StartRefusedException("Resources:Source is Kubernetes, but Kubernetes:Enabled is not true; expected Kubernetes:Enabled=true, or Resources:Source=Folder");
        }

        _ = services.AddSingleton(provider => new ClusterResources(
            provider.GetRequiredService<IKubernetes>(),
            path,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredService<ILogger<ClusterResources>>()));
        _ = services.AddSingleton<IResourceSource>(provider => provider.GetRequiredService<ClusterResources>());
        _ = services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ClusterResources>());
        _ = services.AddHealthChecks().AddCheck<ClusterResourcesHealth>("resources", tags: [readyTag]);
        return services;
    }
}
