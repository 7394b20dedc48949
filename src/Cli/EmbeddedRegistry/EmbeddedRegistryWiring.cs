using Kritis.Events.Cli.EmbeddedRegistry.Blobs;
using Kritis.Events.Cli.EmbeddedRegistry.Listing;
using Kritis.Events.Cli.EmbeddedRegistry.Manifests;
using Kritis.Events.Cli.EmbeddedRegistry.Notifications;
using Kritis.Events.Cli.EmbeddedRegistry.Routing;
using Kritis.Events.Cli.EmbeddedRegistry.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>Puts a small OCI registry into an application.</summary>
internal static class EmbeddedRegistryWiring
{
    /// <summary>Adds the registry's storage and the delivery of its push events.</summary>
    /// <exception cref="ArgumentException">A setting cannot be used.</exception>
    public static IServiceCollection AddEmbeddedRegistry(this IServiceCollection services, EmbeddedRegistryOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(options.Validated())
            .AddSingleton<RegistryFolder>()
            .AddSingleton<SmallFiles>()
            .AddSingleton<BlobStore>()
            .AddSingleton<UploadStore>()
            .AddSingleton<ManifestStore>()
            .AddSingleton<ReferrerStore>()
            .AddSingleton<BlobEndpoints>()
            .AddSingleton<UploadEndpoints>()
            .AddSingleton<ManifestCommit>()
            .AddSingleton<ManifestEndpoints>()
            .AddSingleton<ReferrersEndpoint>()
            .AddSingleton<ListEndpoints>()
            .AddSingleton<RegistryApi>()
            .AddSingleton<PushFeed>()
            .AddSingleton<EnvelopeFactory>()
            .AddSingleton<NotificationQueue>()
            .AddSingleton<NotificationSender>()
            .AddHostedService<NotificationDelivery>();
    }

    /// <summary>
    /// Answers everything below <c>/v2</c>. There is no authentication: bind it to loopback.
    /// Where the application listens on several ports, add <c>RequireHost("*:PORT")</c>.
    /// </summary>
    public static IEndpointConventionBuilder MapEmbeddedRegistry(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.ServiceProvider.GetRequiredService<RegistryApi>();
        return endpoints.Map("/v2/{**path}", (RequestDelegate)api.HandleAsync);
    }
}
