using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>Reads and writes the manifests of what is attached to images, and their blobs.</summary>
internal sealed class SignatureRepository(RegistryClient client, RegistryClientOptions options)
{
    private const int MostErrorBytes = 64 * 1024;

    /// <returns>The manifest and the registry's mark for its version; an empty one without a mark where there is none.</returns>
    public async Task<(SignatureManifest Manifest, string? ETag)> ReadAsync(
        ConfiguredRegistry registry, Image image, AttachmentTag tag, CancellationToken cancellationToken)
    {
        if (await GetAsync(registry, image, tag, cancellationToken) is not { } answer)
        {
            return (SignatureManifest.Empty, null);
        }

        try
        {
            return (SignatureManifest.Read(answer.Body), answer.Headers.ETag?.ToString());
        }
        catch (JsonException foreign)
        {
            throw Foreign(registry, image, tag, foreign);
        }
    }

    /// <summary>What stands behind the tag; null where nothing does.</summary>
    /// <exception cref="RegistryException">The registry answers something else, or cannot be asked.</exception>
    public async Task<BoundedAnswer?> GetAsync(ConfiguredRegistry registry, Image image, AttachmentTag tag, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(registry, image.Repository, write: false, options.MostManifestBytes, () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, ManifestAddress(registry, image, tag));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.OciManifest));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.DockerManifest));
            return request;
        }, cancellationToken);
        if (answer.Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        return answer.IsSuccess ? answer : throw answer.Failure(registry, $"{image.Name}:{tag.Of(image)}");
    }

    /// <returns>Whether it was written; false where somebody else wrote in between and the registry noticed.</returns>
    public async Task<bool> WriteAsync(
        ConfiguredRegistry registry, Image image, AttachmentTag tag, SignatureManifest manifest, string? etag, CancellationToken cancellationToken)
    {
        var config = manifest.Config();
        await UploadAsync(registry, image, config, cancellationToken);
        var content = manifest.Manifest(config);
        var answer = await client.SendAsync(registry, image.Repository, write: true, MostErrorBytes, () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Put, ManifestAddress(registry, image, tag)) { Content = Body(content, MediaTypes.OciManifest) };
            // Registries that know conditional writes refuse a lost update here; the others pass over the header.
            _ = etag is null
                ? request.Headers.TryAddWithoutValidation("If-None-Match", "*")
                : request.Headers.TryAddWithoutValidation("If-Match", etag);
            return request;
        }, cancellationToken);
        if (answer.Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            return false;
        }

        return answer.IsSuccess ? true : throw answer.Failure(registry, $"writing {image.Name}:{tag.Of(image)}");
    }

    public async Task UploadAsync(ConfiguredRegistry registry, Image image, ReadOnlyMemory<byte> blob, CancellationToken cancellationToken)
    {
        var digest = Digest.Of(blob.Span);
        var what = $"uploading {digest} to {image.Name}";
        var known = await client.SendAsync(registry, image.Repository, write: true, MostErrorBytes,
            () => new HttpRequestMessage(HttpMethod.Head, RegistryClient.Address(registry, $"{image.Repository}/blobs/{digest}")), cancellationToken);
        if (known.IsSuccess)
        {
            return;
        }

        var begun = await client.SendAsync(registry, image.Repository, write: true, MostErrorBytes,
            () => new HttpRequestMessage(HttpMethod.Post, RegistryClient.Address(registry, $"{image.Repository}/blobs/uploads/")), cancellationToken);
        if (begun.Status != HttpStatusCode.Accepted || begun.Headers.Location is not { } location)
        {
            throw begun.Failure(registry, what);
        }

        var address = new UriBuilder(location.IsAbsoluteUri ? location : new Uri(registry.Url, location));
        address.Query = (address.Query.Length > 1 ? address.Query.TrimStart('?') + "&" : "") + "digest=" + Uri.EscapeDataString(digest.ToString());
        var done = await client.SendAsync(registry, image.Repository, write: true, MostErrorBytes,
            () => new HttpRequestMessage(HttpMethod.Put, address.Uri) { Content = Body(blob, "application/octet-stream") }, cancellationToken);
        if (!done.IsSuccess)
        {
            throw done.Failure(registry, what);
        }
    }

    public static RegistryException Foreign(ConfiguredRegistry registry, Image image, AttachmentTag tag, JsonException reason) => new(
        RegistryException.AnswerUnreadable,
        $"{image.Name}:{tag.Of(image)} in registry '{registry.Name}' cannot take a signature and is left as it is: {Excerpt.Of(reason.Message)}", transient: false, reason);

    private static Uri ManifestAddress(ConfiguredRegistry registry, Image image, AttachmentTag tag) =>
        RegistryClient.Address(registry, $"{image.Repository}/manifests/{tag.Of(image)}");

    private static ReadOnlyMemoryContent Body(ReadOnlyMemory<byte> content, string mediaType) =>
        new(content) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
}
