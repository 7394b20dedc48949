using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Kritis.Events.Signer.Intake;

/// <summary>Takes a request's body, or says why not.</summary>
internal static class IntakeBody
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>Why the body's type is refused, or null. None at all is taken for JSON.</summary>
    /// <param name="request">The request.</param>
    /// <param name="accepted">The media types that are taken, in lower case.</param>
    public static string? ProblemOfType(HttpRequest request, IReadOnlyList<string> accepted)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            return "the body is compressed (Content-Encoding): expected it as it is";
        }

        if (string.IsNullOrEmpty(request.ContentType))
        {
            return null;
        }

        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && accepted.Contains(type.MediaType.ToString(), StringComparer.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        return isJson ? null : $"the Content-Type is not taken: expected {string.Join(" or ", accepted)}, in UTF-8";
    }

    /// <summary>Reads the whole body.</summary>
    /// <returns>The bytes, or null where there are more than <paramref name="mostBytes"/>; then the rest stays unread.</returns>
    /// <exception cref="OperationCanceledException">The sender took too long or went away.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context, int mostBytes, CancellationToken cancellation)
    {
        if (context.Request.ContentLength > mostBytes)
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            // Counted below instead: Kestrel's own count has the framing of chunks in it.
            limit.MaxRequestBodySize = null;
        }

        var body = new byte[context.Request.ContentLength is { } length ? (int)length + 1 : Math.Min(FirstBuffer, mostBytes + 1)];
        var filled = 0;
        while (true)
        {
            var read = await context.Request.Body.ReadAsync(body.AsMemory(filled), cancellation);
            filled += read;
            if (filled > mostBytes)
            {
                return null;
            }

            if (read == 0)
            {
                return body.AsMemory(0, filled);
            }

            if (filled == body.Length)
            {
                Array.Resize(ref body, Math.Min(body.Length * 2, mostBytes + 1));
            }
        }
    }
}
