using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>Blobs: <c>GET</c>, <c>HEAD</c> and <c>DELETE</c>.</summary>
internal sealed class BlobEndpoints(RegistryFiles files)
{
    public Task HandleAsync(HttpContext context, RegistryRoute route)
    {
        if (!route.HasDigest(out var digest))
        {
            return RegistryAnswer.ErrorAsync(context, 400, "DIGEST_INVALID", "expected sha256: and 64 lower-case hexadecimal digits");
        }

        return context.Request.Method switch
        {
            "GET" or "HEAD" => ServeAsync(context, route.Repository, digest),
            _ => RegistryAnswer.ErrorAsync(context, 405, "UNSUPPORTED", "blobs are read here; upload through blobs/uploads/"),
        };
    }

    private Task ServeAsync(HttpContext context, string repository, Digest digest)
    {
        if (!files.HoldsBlob(repository, digest))
        {
            return RegistryAnswer.ErrorAsync(context, 404, "BLOB_UNKNOWN", "this repository does not hold that blob");
        }

        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        return Results.File(files.BlobPath(digest), "application/octet-stream", enableRangeProcessing: true).ExecuteAsync(context);
    }
}
