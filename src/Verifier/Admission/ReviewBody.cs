using System.Buffers;
using System.IO.Pipelines;

namespace Kritis.Events.Verifier.Admission;

/// <summary>A review's bytes in a borrowed buffer, which goes back when this is disposed.</summary>
internal sealed class ReviewBody : IDisposable
{
    private const int FirstBytes = 64 * 1024;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _length;

    private ReviewBody()
    {
    }

    public ReadOnlyMemory<byte> Content => _buffer.AsMemory(0, _length);

    /// <summary>Takes a body that is there as a whole already, which nearly every one is once its request is looked at; null where it is not, or too large.</summary>
    public static ReviewBody? TryTake(PipeReader reader, int mostBytes)
    {
        if (!reader.TryRead(out var read))
        {
            return null;
        }

        var isWhole = read.IsCompleted && !read.IsCanceled && read.Buffer.Length <= mostBytes;
        var body = isWhole ? Of(read.Buffer) : null;
        reader.AdvanceTo(isWhole ? read.Buffer.End : read.Buffer.Start);
        return body;
    }

    /// <summary>Reads a body as it arrives: a length that is only announced costs nothing.</summary>
    /// <returns>The body, or null where it has more than <paramref name="mostBytes"/>.</returns>
    public static async Task<ReviewBody?> ReadAsync(Stream stream, int mostBytes, CancellationToken cancellationToken)
    {
        var body = new ReviewBody();
        try
        {
            if (await body.FillAsync(stream, mostBytes, cancellationToken))
            {
                return body;
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }

        body.Dispose();
        return null;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _length) = ([], 0);
    }

    private static ReviewBody Of(in ReadOnlySequence<byte> content)
    {
        var body = new ReviewBody { _length = (int)content.Length };
        if (body._length > body._buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(body._buffer);
            body._buffer = ArrayPool<byte>.Shared.Rent(body._length);
        }

        content.CopyTo(body._buffer);
        return body;
    }

    private async Task<bool> FillAsync(Stream stream, int mostBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellationToken);
            if (read == 0)
            {
                return true;
            }

            _length += read;
            if (_length > mostBytes)
            {
                return false;
            }

            if (_length == _buffer.Length)
            {
                Grow();
            }
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
