using System.Globalization;
using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Cli.EmbeddedRegistry.Routing;
using Kritis.Events.Cli.EmbeddedRegistry.Storage;
using Kritis.Events.Contracts.Images;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kritis.Events.Cli.EmbeddedRegistry.Blobs;

/// <summary><c>/v2/NAME/blobs/uploads/</c>: the ways to push a blob (OCI distribution specification, "Pushing blobs").</summary>
internal sealed class UploadEndpoints(UploadStore uploads, BlobStore blobs, EmbeddedRegistryOptions options)
{
    /// <summary>POST: mounts from another repository, takes the whole blob, or starts an upload.</summary>
    public async Task<IResult> StartAsync(HttpContext context, RepositoryName repository)
    {
        var query = context.Request.Query;
        if (query.TryGetValue("mount", out var mount) && Mounted(repository, mount, query["from"]) is { } mounted)
        {
            return Created(context, repository, mounted);
        }

        if (!query.TryGetValue("digest", out var digestText))
        {
            return Accepted(context, repository, uploads.Start(repository), 0);
        }

        if (!Digest.TryParse(digestText, out var digest))
        {
            return RegistryError.DigestInvalid(digestText);
        }

        return await TakeWholeAsync(context, repository, digest);
    }

    /// <summary>GET: how far the upload came.</summary>
    public IResult Status(HttpContext context, RepositoryName repository, string idText)
    {
        if (!TryReadId(idText, out var id) || uploads.LengthOf(repository, id) is not { } length)
        {
            return RegistryError.UploadUnknown();
        }

        TellProgress(context, repository, id, length);
        return TypedResults.NoContent();
    }

    /// <summary>PATCH: one chunk.</summary>
    public async Task<IResult> ContinueAsync(HttpContext context, RepositoryName repository, string idText)
    {
        if (Open(repository, idText, out var id, out var upload) is { } refused)
        {
            return refused;
        }

        await using (upload)
        {
            var error = await AppendAsync(context, upload!);
            if (error is null)
            {
                return Accepted(context, repository, id, upload!.Length);
            }

            TellProgress(context, repository, id, upload!.Length);
            return error;
        }
    }

    /// <summary>PUT: the last chunk, if there is one left, and the digest of the whole.</summary>
    public async Task<IResult> FinishAsync(HttpContext context, RepositoryName repository, string idText)
    {
        if (!Digest.TryParse(context.Request.Query["digest"], out var digest))
        {
            return RegistryError.DigestInvalid(context.Request.Query["digest"]);
        }

        if (Open(repository, idText, out var id, out var upload) is { } refused)
        {
            return refused;
        }

        await using (upload)
        {
            if (await AppendAsync(context, upload!) is { } error)
            {
                TellProgress(context, repository, id, upload!.Length);
                return error;
            }

            return await CompleteAsync(context, repository, upload!, digest);
        }
    }

    /// <summary>DELETE: gives the upload up.</summary>
    public async Task<IResult> CancelAsync(RepositoryName repository, string idText)
    {
        if (Open(repository, idText, out _, out var upload) is { } refused)
        {
            return refused;
        }

        await using (upload)
        {
            await upload!.DiscardAsync();
            return TypedResults.NoContent();
        }
    }

    private async Task<IResult> TakeWholeAsync(HttpContext context, RepositoryName repository, Digest digest)
    {
        await using var upload = uploads.Open(repository, uploads.Start(repository), out _)!;
        var isComplete = false;
        try
        {
            var error = await AppendAsync(context, upload);
            isComplete = error is null;
            return error ?? await CompleteAsync(context, repository, upload, digest);
        }
        finally
        {
            // Nobody was told of this upload, so that nobody could go on with it.
            if (!isComplete)
            {
                await upload.DiscardAsync();
            }
        }
    }

    private Digest? Mounted(RepositoryName repository, string? digestText, string? from)
    {
        if (!Digest.TryParse(digestText, out var digest) || !RepositoryName.TryParse(from, out var source) || !blobs.Has(source, digest))
        {
            return null;
        }

        blobs.Link(repository, digest);
        return digest;
    }

    private RegistryError? Open(RepositoryName repository, string idText, out Guid id, out Upload? upload)
    {
        upload = null;
        if (!TryReadId(idText, out id))
        {
            return RegistryError.UploadUnknown();
        }

        upload = uploads.Open(repository, id, out var inUse);
        return (upload, inUse) switch
        {
            ({ }, _) => null,
            (null, true) => RegistryError.UploadInUse(),
            (null, false) => RegistryError.UploadUnknown(),
        };
    }

    private async Task<RegistryError?> AppendAsync(HttpContext context, Upload upload)
    {
        var request = context.Request;
        if (!ChunkRange.TryRead(request, out var range))
        {
            return RegistryError.RangeInvalid("'Content-Range' is not of the form first-last.");
        }

        if (range is not null && range.First != upload.Length)
        {
            return RegistryError.RangeInvalid($"The chunk does not begin where the upload stands: expected byte {upload.Length}.");
        }

        if (range is not null && request.ContentLength is { } length && length != range.Bytes)
        {
            return RegistryError.SizeInvalid("'Content-Range' and 'Content-Length' contradict each other.");
        }

        if (request.ContentLength > options.MaxBlobBytes - upload.Length)
        {
            return RegistryError.TooLarge("blob", options.MaxBlobBytes);
        }

        LiftBodyLimit(context);
        return await upload.AppendAsync(request.Body, range?.Bytes, options.MaxBlobBytes, context.RequestAborted) switch
        {
            AppendOutcome.TooLarge => RegistryError.TooLarge("blob", options.MaxBlobBytes),
            AppendOutcome.WrongLength => RegistryError.SizeInvalid("The chunk does not have the length that 'Content-Range' says."),
            _ => null,
        };
    }

    /// <summary>Layers are larger than any sensible limit for a request; their bytes are counted against MaxBlobBytes instead.</summary>
    private static void LiftBodyLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }

    private static async Task<IResult> CompleteAsync(HttpContext context, RepositoryName repository, Upload upload, Digest digest) =>
        await upload.CompleteAsync(digest, context.RequestAborted)
            ? Created(context, repository, digest)
            : RegistryError.DigestDiffers(digest);

    private static StatusCodeHttpResult Created(HttpContext context, RepositoryName repository, Digest digest)
    {
        context.Response.Headers[RegistryHeaders.ContentDigest] = digest.ToString();
        context.Response.Headers.Location = $"{context.Request.PathBase}/v2/{repository}/blobs/{digest}";
        return TypedResults.StatusCode(StatusCodes.Status201Created);
    }

    private static StatusCodeHttpResult Accepted(HttpContext context, RepositoryName repository, Guid id, long length)
    {
        TellProgress(context, repository, id, length);
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    private static void TellProgress(HttpContext context, RepositoryName repository, Guid id, long length)
    {
        var headers = context.Response.Headers;
        headers[RegistryHeaders.UploadId] = id.ToString("D");
        headers.Location = $"{context.Request.PathBase}/v2/{repository}/blobs/uploads/{id:D}";

        // The range includes its last byte, so that nothing yet and one byte look alike; Distribution answers the same.
        headers.Range = string.Create(CultureInfo.InvariantCulture, $"0-{Math.Max(length - 1, 0)}");
    }

    private static bool TryReadId(string text, out Guid id) => Guid.TryParseExact(text, "D", out id);
}
