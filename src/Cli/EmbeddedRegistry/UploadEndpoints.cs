using System.Net.Http.Headers;
using Kritis.Events.Contracts.Images;
using Microsoft.AspNetCore.Http.Features;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>
/// Blob uploads: begun with <c>POST</c> (at once with <c>?digest=</c>, or mounted with <c>?mount=</c>), continued with <c>PATCH</c>,
/// finished with <c>PUT ?digest=</c>. Content goes to disk as it arrives.
/// </summary>
internal sealed class UploadEndpoints(RegistryFiles files, EmbeddedRegistryOptions options)
{
    public Task HandleAsync(HttpContext context, RegistryRoute route)
    {
        if (!route.HasUpload)
        {
            return UnknownAsync(context);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = options.MostBlobBytes;
        }

        return (context.Request.Method, route.Reference.Length > 0) switch
        {
            ("POST", false) => BeginAsync(context, route.Repository),
            ("GET", true) => ToldAsync(context, route, 204),
            ("PATCH", true) => ContinueAsync(context, route),
            ("PUT", true) => FinishAsync(context, route),
            ("DELETE", true) => CancelAsync(context, route),
            _ => RegistryAnswer.ErrorAsync(context, 405, "UNSUPPORTED", "an upload takes POST, PATCH, PUT, GET and DELETE"),
        };
    }

    private async Task BeginAsync(HttpContext context, string repository)
    {
        var query = context.Request.Query;
        if (Digest.TryParse(query["mount"], out var mounted) && query["from"].ToString() is { Length: > 0 } from
            && RegistryRoute.IsRepository(from) && files.HoldsBlob(from, mounted))
        {
            files.LinkBlob(repository, mounted);
            Created(context, repository, mounted);
            return;
        }

        var route = new RegistryRoute(RegistryResource.Upload, repository, Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(files.UploadPath(route.Reference), [], context.RequestAborted);
        await (query.ContainsKey("digest") ? FinishAsync(context, route) : ToldAsync(context, route, 202));
    }

    private async Task ContinueAsync(HttpContext context, RegistryRoute route)
    {
        var path = files.UploadPath(route.Reference);
        if (!File.Exists(path))
        {
            await UnknownAsync(context);
            return;
        }

        if (RangeStart(context.Request) is { } start && start != new FileInfo(path).Length)
        {
            await ToldAsync(context, route, 416);
            return;
        }

        if (await AppendAsync(context, path))
        {
            await ToldAsync(context, route, 202);
        }
    }

    private async Task FinishAsync(HttpContext context, RegistryRoute route)
    {
        var path = files.UploadPath(route.Reference);
        if (!File.Exists(path))
        {
            await UnknownAsync(context);
            return;
        }

        if (!Digest.TryParse(context.Request.Query["digest"], out var digest))
        {
            await RegistryAnswer.ErrorAsync(context, 400, "DIGEST_INVALID", "expected ?digest=sha256:…");
            return;
        }

        if (!await AppendAsync(context, path))
        {
            return;
        }

        if (!await files.TakeInAsync(route.Repository, path, digest, context.RequestAborted))
        {
            File.Delete(path);
            await RegistryAnswer.ErrorAsync(context, 400, "DIGEST_INVALID", "the content has another digest");
            return;
        }

        Created(context, route.Repository, digest);
    }

    private Task CancelAsync(HttpContext context, RegistryRoute route)
    {
        File.Delete(files.UploadPath(route.Reference));
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private async Task<bool> AppendAsync(HttpContext context, string path)
    {
        await using (var file = new FileStream(path, FileMode.Append, FileAccess.Write))
        {
            await context.Request.Body.CopyToAsync(file, context.RequestAborted);
        }

        if (new FileInfo(path).Length <= options.MostBlobBytes)
        {
            return true;
        }

        File.Delete(path);
        await RegistryAnswer.ErrorAsync(context, 413, "SIZE_INVALID", $"a blob may have {options.MostBlobBytes} bytes");
        return false;
    }

    private Task ToldAsync(HttpContext context, RegistryRoute route, int status)
    {
        var path = files.UploadPath(route.Reference);
        if (!File.Exists(path))
        {
            return UnknownAsync(context);
        }

        var response = context.Response;
        response.StatusCode = status;
        response.Headers.Location = $"/v2/{route.Repository}/blobs/uploads/{route.Reference}";
        response.Headers["Docker-Upload-UUID"] = route.Reference;
        response.Headers.Range = $"0-{Math.Max(0, new FileInfo(path).Length - 1)}";
        return Task.CompletedTask;
    }

    private static void Created(HttpContext context, string repository, Digest digest)
    {
        context.Response.StatusCode = 201;
        context.Response.Headers.Location = $"/v2/{repository}/blobs/{digest}";
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
    }

    private static long? RangeStart(HttpRequest request)
    {
        var text = request.Headers.ContentRange.ToString();
        return text.Length > 0 && RangeHeaderValue.TryParse(text.StartsWith("bytes", StringComparison.Ordinal) ? text : "bytes=" + text, out var range)
            ? range.Ranges.First().From
            : null;
    }

    private static Task UnknownAsync(HttpContext context) =>
        RegistryAnswer.ErrorAsync(context, 404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload; begin one with POST");
}
