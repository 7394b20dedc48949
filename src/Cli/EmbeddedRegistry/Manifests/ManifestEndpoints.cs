using System.Globalization;
using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Cli.EmbeddedRegistry.Routing;
using Kritis.Events.Cli.EmbeddedRegistry.Storage;
using Kritis.Events.Contracts.Images;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Kritis.Events.Cli.EmbeddedRegistry.Manifests;

/// <summary><c>/v2/NAME/manifests/REFERENCE</c>.</summary>
internal sealed class ManifestEndpoints(ManifestStore manifests, BlobStore blobs, ManifestCommit commit, EmbeddedRegistryOptions options)
{
    /// <summary>GET and HEAD: the manifest as it was pushed, whatever <c>Accept</c> says; nothing is ever converted.</summary>
    public IResult Get(HttpContext context, RepositoryName repository, string referenceText)
    {
        if (!ManifestReference.TryParse(referenceText, out var reference) || manifests.Find(repository, reference) is not { } found)
        {
            return RegistryError.ManifestUnknown(repository, referenceText);
        }

        context.Response.Headers[RegistryHeaders.ContentDigest] = found.Digest.ToString();
        return TypedResults.PhysicalFile(found.Path, found.MediaType, entityTag: new EntityTagHeaderValue($"\"{found.Digest}\""));
    }

    /// <summary>PUT: a push. It is answered only once the event that announces it is on the disk.</summary>
    public async Task<IResult> PutAsync(HttpContext context, RepositoryName repository, string referenceText)
    {
        if (!ManifestReference.TryParse(referenceText, out var reference))
        {
            return RegistryError.TagInvalid(referenceText);
        }

        if (await BoundedBody.ReadAsync(context.Request, options.MaxManifestBytes, context.RequestAborted) is not { } bytes)
        {
            return RegistryError.TooLarge("manifest", options.MaxManifestBytes);
        }

        var digest = Digest.Of(bytes);
        if (reference.Digest is { } named && named != digest)
        {
            return RegistryError.DigestDiffers(named);
        }

        if (!ManifestParser.TryRead(bytes, MediaTypeOf(context.Request), out var manifest, out var problem))
        {
            return RegistryError.ManifestInvalid(problem);
        }

        if (MissingFrom(repository, manifest) is { Count: > 0 } missing)
        {
            return RegistryError.ManifestBlobsUnknown(missing);
        }

        await commit.PutAsync(context, new PushedManifest(repository, reference.Tag, digest, bytes, manifest));
        return Created(context, repository, digest, manifest.Subject);
    }

    /// <summary>DELETE: by tag only the tag, by digest the manifest with all its tags.</summary>
    public async Task<IResult> DeleteAsync(HttpContext context, RepositoryName repository, string referenceText) =>
        ManifestReference.TryParse(referenceText, out var reference) && await commit.DeleteAsync(repository, reference, context.RequestAborted)
            ? TypedResults.StatusCode(StatusCodes.Status202Accepted)
            : RegistryError.ManifestUnknown(repository, referenceText);

    private List<Digest> MissingFrom(RepositoryName repository, ManifestDocument manifest)
    {
        bool IsHere(Digest digest) => manifest.IsIndex ? manifests.Has(repository, digest) : blobs.Has(repository, digest);
        return [.. manifest.References.Where(r => !r.LiesElsewhere).Select(r => r.Descriptor.Digest).Distinct().Where(d => !IsHere(d))];
    }

    private static StatusCodeHttpResult Created(HttpContext context, RepositoryName repository, Digest digest, Digest? subject)
    {
        var headers = context.Response.Headers;
        headers[RegistryHeaders.ContentDigest] = digest.ToString();
        headers.Location = string.Create(CultureInfo.InvariantCulture, $"{context.Request.PathBase}/v2/{repository}/manifests/{digest}");
        if (subject is { } about)
        {
            headers[RegistryHeaders.Subject] = about.ToString();
        }

        return TypedResults.StatusCode(StatusCodes.Status201Created);
    }

    private static string? MediaTypeOf(HttpRequest request)
    {
        var text = request.ContentType;
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return MediaTypeHeaderValue.TryParse(text, out var mediaType) ? mediaType.MediaType.Value : text;
    }
}
