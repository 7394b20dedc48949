using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Cli.EmbeddedRegistry.Routing;
using Kritis.Events.Cli.EmbeddedRegistry.Storage;
using Kritis.Events.Contracts.Images;
using Microsoft.Net.Http.Headers;

namespace Kritis.Events.Cli.EmbeddedRegistry.Blobs;

/// <summary><c>/v2/NAME/blobs/DIGEST</c>.</summary>
internal sealed class BlobEndpoints(BlobStore blobs)
{
    /// <summary>GET and HEAD, whole or by Range.</summary>
    public IResult Get(HttpContext context, RepositoryName repository, string digestText)
    {
        if (!Digest.TryParse(digestText, out var digest))
        {
            return RegistryError.DigestInvalid(digestText);
        }

        if (!blobs.Has(repository, digest))
        {
            return RegistryError.BlobUnknown(digest);
        }

        context.Response.Headers[RegistryHeaders.ContentDigest] = digest.ToString();
        return TypedResults.PhysicalFile(
            blobs.PathOf(digest), "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{digest}\""), enableRangeProcessing: true);
    }

    public IResult Delete(RepositoryName repository, string digestText)
    {
        if (!Digest.TryParse(digestText, out var digest))
        {
            return RegistryError.DigestInvalid(digestText);
        }

        return blobs.Unlink(repository, digest) ? TypedResults.StatusCode(StatusCodes.Status202Accepted) : RegistryError.BlobUnknown(digest);
    }
}
