using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>Manifests: <c>PUT</c>, <c>GET</c>, <c>HEAD</c> and <c>DELETE</c>, by tag and by digest. A push is announced once it is on disk.</summary>
internal sealed class ManifestEndpoints(RegistryFiles files, PushNotifications notifications, EmbeddedRegistryOptions options)
{
    public Task HandleAsync(HttpContext context, RegistryRoute route)
    {
        if (!route.HasDigest(out _) && !route.HasTag)
        {
            return RegistryAnswer.ErrorAsync(context, 400, "MANIFEST_INVALID", "expected a tag or a sha256 digest");
        }

        return context.Request.Method switch
        {
            "GET" or "HEAD" => ServeAsync(context, route),
            "PUT" => TakeInAsync(context, route),
            "DELETE" => DeleteAsync(context, route),
            _ => RegistryAnswer.ErrorAsync(context, 405, "UNSUPPORTED", "a manifest takes GET, HEAD, PUT and DELETE"),
        };
    }

    private async Task ServeAsync(HttpContext context, RegistryRoute route)
    {
        if (Find(route) is not { } digest || files.MediaTypeOf(route.Repository, digest) is not { } mediaType)
        {
            await RegistryAnswer.ErrorAsync(context, 404, "MANIFEST_UNKNOWN", "this repository does not hold that manifest");
            return;
        }

        var content = await File.ReadAllBytesAsync(files.BlobPath(digest), context.RequestAborted);
        var response = context.Response;
        response.ContentType = mediaType;
        response.ContentLength = content.Length;
        response.Headers["Docker-Content-Digest"] = digest.ToString();
        response.Headers.ETag = $"\"{digest}\"";
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await response.Body.WriteAsync(content, context.RequestAborted);
        }
    }

    private async Task TakeInAsync(HttpContext context, RegistryRoute route)
    {
        if (await ReadAsync(context) is not { } content)
        {
            await RegistryAnswer.ErrorAsync(context, 413, "MANIFEST_INVALID", $"a manifest may have {options.MostManifestBytes} bytes");
            return;
        }

        var digest = Digest.Of(content);
        if (route.HasDigest(out var named) && named != digest)
        {
            await RegistryAnswer.ErrorAsync(context, 400, "DIGEST_INVALID", "the manifest has another digest");
            return;
        }

        ManifestContent manifest;
        try
        {
            manifest = ManifestContent.Read(content, context.Request.ContentType);
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            await RegistryAnswer.ErrorAsync(context, 400, "MANIFEST_INVALID", Excerpt.Of(unreadable.Message));
            return;
        }

        if (Missing(route.Repository, manifest) is { } missing)
        {
            await RegistryAnswer.ErrorAsync(context, 400, "MANIFEST_BLOB_UNKNOWN", $"{missing} was not pushed to this repository");
            return;
        }

        files.WriteManifest(route.Repository, digest, manifest.MediaType, content);
        var tag = route.HasDigest(out _) ? null : route.Reference;
        if (tag is not null)
        {
            files.WriteTag(route.Repository, tag, digest);
        }

        notifications.Announce(context, route.Repository, tag, digest, content.Length, manifest);
        context.Response.StatusCode = 201;
        context.Response.Headers.Location = $"/v2/{route.Repository}/manifests/{digest}";
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
    }

    private Task DeleteAsync(HttpContext context, RegistryRoute route)
    {
        if (Find(route) is not { } digest || files.MediaTypeOf(route.Repository, digest) is null)
        {
            return RegistryAnswer.ErrorAsync(context, 404, "MANIFEST_UNKNOWN", "this repository does not hold that manifest");
        }

        if (route.HasDigest(out _))
        {
            files.DeleteManifest(route.Repository, digest);
        }
        else
        {
            files.DeleteTag(route.Repository, route.Reference);
        }

        context.Response.StatusCode = 202;
        return Task.CompletedTask;
    }

    private Digest? Find(RegistryRoute route) => route.HasDigest(out var digest) ? digest : files.DigestOf(route.Repository, route.Reference);

    private Digest? Missing(string repository, ManifestContent manifest)
    {
        var blob = manifest.Blobs.FirstOrDefault(reference => !files.HoldsBlob(repository, reference.Digest));
        var child = manifest.Manifests.FirstOrDefault(reference => files.MediaTypeOf(repository, reference.Digest) is null);
        return (blob ?? child)?.Digest;
    }

    private async Task<byte[]?> ReadAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            if (buffer.Length + read > options.MostManifestBytes)
            {
                return null;
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }
}
