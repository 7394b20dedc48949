using Kritis.Events.Cli.EmbeddedRegistry.Blobs;
using Kritis.Events.Cli.EmbeddedRegistry.Listing;
using Kritis.Events.Cli.EmbeddedRegistry.Manifests;

namespace Kritis.Events.Cli.EmbeddedRegistry.Routing;

/// <summary>Answers everything below <c>/v2</c> (OCI distribution specification 1.1, "Endpoints").</summary>
internal sealed class RegistryApi(
    BlobEndpoints blobs,
    UploadEndpoints uploads,
    ManifestEndpoints manifests,
    ReferrersEndpoint referrers,
    ListEndpoints lists,
    ILogger<RegistryApi> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers[RegistryHeaders.ApiVersion] = "registry/2.0";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var result = await AnswerAsync(context);
        await result.ExecuteAsync(context);
    }

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        try
        {
            return RegistryRoute.Read(PathBelowV2(context), out var route) is { } error ? error : await DispatchAsync(context, route);
        }
        catch (BadHttpRequestException exception)
        {
            return RegistryError.Of(exception.StatusCode, "UNKNOWN", "The request could not be read to its end.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && !context.RequestAborted.IsCancellationRequested)
        {
            Log.StorageFailed(logger, exception);
            return RegistryError.Of(StatusCodes.Status500InternalServerError, "UNKNOWN", "The registry could not read or write its data folder.");
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            return TypedResults.Empty;
        }
    }

    private async Task<IResult> DispatchAsync(HttpContext context, RegistryRoute route)
    {
        var name = route.Repository!;
        return (route.Resource, context.Request.Method) switch
        {
            (RegistryResource.Version, "GET" or "HEAD") => TypedResults.Text("{}", "application/json"),
            (RegistryResource.Catalog, "GET") => lists.Repositories(context),
            (RegistryResource.Tags, "GET") => lists.Tags(context, name),
            (RegistryResource.Manifest, "GET" or "HEAD") => manifests.Get(context, name, route.Argument),
            (RegistryResource.Manifest, "PUT") => await manifests.PutAsync(context, name, route.Argument),
            (RegistryResource.Manifest, "DELETE") => await manifests.DeleteAsync(context, name, route.Argument),
            (RegistryResource.Referrers, "GET") => referrers.Get(context, name, route.Argument),
            (RegistryResource.Blob, "GET" or "HEAD") => blobs.Get(context, name, route.Argument),
            (RegistryResource.Blob, "DELETE") => blobs.Delete(name, route.Argument),
            (RegistryResource.Uploads, "POST") => await uploads.StartAsync(context, name),
            (RegistryResource.Upload, "GET") => uploads.Status(context, name, route.Argument),
            (RegistryResource.Upload, "PATCH") => await uploads.ContinueAsync(context, name, route.Argument),
            (RegistryResource.Upload, "PUT") => await uploads.FinishAsync(context, name, route.Argument),
            (RegistryResource.Upload, "DELETE") => await uploads.CancelAsync(name, route.Argument),
            _ => NotAllowed(context, route.Resource),
        };
    }

    private static RegistryError NotAllowed(HttpContext context, RegistryResource resource)
    {
        context.Response.Headers.Allow = resource switch
        {
            RegistryResource.Version => "GET, HEAD",
            RegistryResource.Manifest => "GET, HEAD, PUT, DELETE",
            RegistryResource.Blob => "GET, HEAD, DELETE",
            RegistryResource.Uploads => "POST",
            RegistryResource.Upload => "GET, PATCH, PUT, DELETE",
            _ => "GET",
        };
        return RegistryError.MethodNotAllowed();
    }

    private static string PathBelowV2(HttpContext context) => context.Request.Path.Value!["/v2".Length..];
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The embedded registry could not read or write its data folder.")]
    public static partial void StorageFailed(ILogger logger, Exception exception);
}
