namespace Kritis.Events.Signer.AlibabaCloud.Rpc;

/// <summary>Reads an answer's body up to a number of bytes.</summary>
internal static class BoundedBody
{
    /// <exception cref="AlibabaCloudException">It is larger.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, int mostBytes, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[8 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > mostBytes)
            {
                throw new AlibabaCloudException(AlibabaCloudException.AnswerUnreadable,
                    $"{response.RequestMessage!.RequestUri!.Authority} answered with more than {mostBytes} bytes.", transient: false);
            }

            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
