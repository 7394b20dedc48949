namespace Kritis.Events.Cli.EmbeddedRegistry.Manifests;

/// <summary>Reads a request's body into memory, up to a limit.</summary>
internal static class BoundedBody
{
    /// <returns>The bytes, or null where there are more than <paramref name="mostBytes"/>.</returns>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int mostBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > mostBytes)
        {
            return null;
        }

        var buffer = new byte[16 * 1024];
        using var content = new MemoryStream();
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (content.Length + read > mostBytes)
            {
                return null;
            }

            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }
}
