using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>
/// A small registry (OCI distribution specification 1.1: pull, push, content discovery, content management) for trying things out.
/// It speaks plain HTTP on loopback and asks nobody who they are.
/// </summary>
internal static class EmbeddedRegistryEndpoints
{
    public static IServiceCollection AddEmbeddedRegistry(this IServiceCollection services, EmbeddedRegistryOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(options)
            .AddSingleton<RegistryFiles>()
            .AddSingleton<PushNotifications>()
            .AddSingleton<BlobEndpoints>()
            .AddSingleton<UploadEndpoints>()
            .AddSingleton<ManifestEndpoints>()
            .AddHostedService<NotificationDelivery>();
    }

    public static void MapEmbeddedRegistry(this WebApplication app)
    {
        var handle = (HttpContext context) => HandleAsync(context, app.Services);
        _ = app.Map("/v2/{**path}", handle);
    }

    private static Task HandleAsync(HttpContext context, IServiceProvider services)
    {
        context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        var path = context.Request.RouteValues["path"] as string ?? "";
        if (RegistryRoute.Parse(path) is not { } route)
        {
            return RegistryAnswer.ErrorAsync(context, 404, "NAME_INVALID", "this is no path of the distribution API, or no name of a repository");
        }

        var files = services.GetRequiredService<RegistryFiles>();
        return route.Resource switch
        {
            RegistryResource.Root => context.Response.WriteAsync("{}", context.RequestAborted),
            RegistryResource.Catalog => RegistryAnswer.PageAsync(context, files.Repositories(), "repositories"),
            RegistryResource.Tags => TagsAsync(context, files, route.Repository),
            RegistryResource.Manifest => services.GetRequiredService<ManifestEndpoints>().HandleAsync(context, route),
            RegistryResource.Blob => services.GetRequiredService<BlobEndpoints>().HandleAsync(context, route),
            _ => services.GetRequiredService<UploadEndpoints>().HandleAsync(context, route),
        };
    }

    private static Task TagsAsync(HttpContext context, RegistryFiles files, string repository) => files.HoldsRepository(repository)
        ? RegistryAnswer.PageAsync(context, files.Tags(repository), "tags", json => json.WriteString("name", repository))
        : RegistryAnswer.ErrorAsync(context, 404, "NAME_UNKNOWN", "there is no such repository");
}
