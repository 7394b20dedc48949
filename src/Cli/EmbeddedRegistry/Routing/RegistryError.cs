using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Routing;

/// <summary>A refusal in the form of the OCI distribution specification ("Error codes").</summary>
internal sealed class RegistryError(int status, params IReadOnlyList<ErrorEntry> errors) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        return httpContext.Response.WriteAsJsonAsync(
            new ErrorBody(errors), RegistryJson.Readable.ErrorBody, cancellationToken: httpContext.RequestAborted);
    }

    public static RegistryError NoSuchPath() =>
        Of(StatusCodes.Status404NotFound, "UNSUPPORTED", "The path names nothing of the OCI distribution API.");

    public static RegistryError MethodNotAllowed() =>
        Of(StatusCodes.Status405MethodNotAllowed, "UNSUPPORTED", "The method is not supported here.");

    public static RegistryError NameInvalid(string name) => Of(
        StatusCodes.Status400BadRequest, "NAME_INVALID",
        $"'{Excerpt.Of(name)}' is no repository name: expected lower-case letters and digits separated by '.', '_', '__', '-' and '/', at most 255 characters.");

    public static RegistryError NameUnknown(RepositoryName name) =>
        Of(StatusCodes.Status404NotFound, "NAME_UNKNOWN", $"No repository '{name}' is known here.");

    public static RegistryError TagInvalid(string text) => Of(
        StatusCodes.Status400BadRequest, "TAG_INVALID",
        $"'{Excerpt.Of(text)}' is neither a tag nor a digest of the form 'sha256:' and 64 lower-case hexadecimal digits.");

    public static RegistryError DigestInvalid(string? text) => Of(
        StatusCodes.Status400BadRequest, "DIGEST_INVALID",
        $"'{Excerpt.Of(text)}' is no digest: expected 'sha256:' and 64 lower-case hexadecimal digits.");

    public static RegistryError DigestDiffers(Digest named) =>
        Of(StatusCodes.Status400BadRequest, "DIGEST_INVALID", $"The content does not have the digest {named} that was named.");

    public static RegistryError BlobUnknown(Digest digest) =>
        Of(StatusCodes.Status404NotFound, "BLOB_UNKNOWN", $"The repository has no blob {digest}.");

    public static RegistryError UploadUnknown() =>
        Of(StatusCodes.Status404NotFound, "BLOB_UPLOAD_UNKNOWN", "The repository has no such upload.");

    public static RegistryError UploadInUse() =>
        Of(StatusCodes.Status409Conflict, "BLOB_UPLOAD_INVALID", "Another request is writing to this upload.");

    public static RegistryError RangeInvalid(string problem) =>
        Of(StatusCodes.Status416RangeNotSatisfiable, "BLOB_UPLOAD_INVALID", problem);

    public static RegistryError SizeInvalid(string problem) => Of(StatusCodes.Status400BadRequest, "SIZE_INVALID", problem);

    public static RegistryError TooLarge(string what, long most) =>
        Of(StatusCodes.Status413PayloadTooLarge, "SIZE_INVALID", $"The {what} has more than {most} bytes.");

    public static RegistryError ManifestUnknown(RepositoryName repository, string reference) => Of(
        StatusCodes.Status404NotFound, "MANIFEST_UNKNOWN", $"The repository '{repository}' has no manifest '{Excerpt.Of(reference)}'.");

    public static RegistryError ManifestInvalid(string problem) =>
        Of(StatusCodes.Status400BadRequest, "MANIFEST_INVALID", $"The manifest is not valid: {problem}.");

    public static RegistryError ManifestBlobsUnknown(IEnumerable<Digest> missing) => new(
        StatusCodes.Status400BadRequest,
        [.. missing.Select(d => new ErrorEntry(
            "MANIFEST_BLOB_UNKNOWN", $"The manifest refers to {d}, which was not pushed to this repository.", new ErrorDetail(d)))]);

    public static RegistryError PageInvalid(string problem) =>
        Of(StatusCodes.Status400BadRequest, "PAGINATION_NUMBER_INVALID", problem);

    public static RegistryError Of(int status, string code, string message) => new(status, [new ErrorEntry(code, message, null)]);
}

/// <summary>The body of a refusal.</summary>
internal sealed record ErrorBody(IReadOnlyList<ErrorEntry> Errors);

/// <summary>One reason of a refusal.</summary>
internal sealed record ErrorEntry(string Code, string Message, ErrorDetail? Detail);

/// <summary>What the reason is about.</summary>
internal sealed record ErrorDetail(Digest Digest);
