using System.Buffers;
using System.IO.Pipelines;

namespace Kritis.Events.Verifier.Admission;

/// <summary>A review's bytes in a borrowed buffer, which goes back when this is disposed.</summary>
internal sealed class ReviewBody : IDisposable
{
    private const int FirstBytes = 16 * 1024;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _length;

    private ReviewBody()
    {
    }

    public ReadOnlyMemory<byte> Content => _buffer.AsMemory(0, _length);

    /// <summary>Reads a body as it arrives: a length that is only announced costs nothing.</summary>
    /// <param name="reader">The request's body.</param>
    /// <param name="mostBytes">The most bytes it may have.</param>
    /// <param name="patience">How long it may take. Nothing is timed while the next bytes are there already, as they are for nearly every review.</param>
    /// <param name="time">The time.</param>
    /// <returns>The body, or null where it has more than <paramref name="mostBytes"/>.</returns>
    /// <exception cref="TimeoutException">It did not arrive in time.</exception>
    public static async Task<ReviewBody?> ReadAsync(PipeReader reader, int mostBytes, TimeSpan patience, TimeProvider time)
    {
        var body = new ReviewBody();
        try
        {
            if (await body.FillAsync(reader, mostBytes, patience, time))
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

    private async ValueTask<bool> FillAsync(PipeReader reader, int mostBytes, TimeSpan patience, TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var reading = reader.ReadAsync(CancellationToken.None);
            var read = reading.IsCompleted ? await reading : await UntilAsync(reading, reader, patience - time.GetElapsedTime(started), time);
            if (read.IsCanceled)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw new TimeoutException();
            }

            var fits = _length + read.Buffer.Length <= mostBytes;
            if (fits)
            {
                Append(read.Buffer);
            }

            // What was taken makes room for the next: the web server holds back a client that sends more than it buffers.
            reader.AdvanceTo(read.Buffer.End);
            if (!fits || read.IsCompleted)
            {
                return fits;
            }
        }
    }

    /// <summary>A connection that breaks off ends the reading by itself.</summary>
    private static async ValueTask<ReadResult> UntilAsync(ValueTask<ReadResult> reading, PipeReader reader, TimeSpan patience, TimeProvider time)
    {
        await using var limit = time.CreateTimer(
            static reader => ((PipeReader)reader!).CancelPendingRead(), reader, patience > TimeSpan.Zero ? patience : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return await reading;
    }

    private void Append(in ReadOnlySequence<byte> content)
    {
        var length = _length + (int)content.Length;
        if (length > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, _buffer.Length * 2));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        content.CopyTo(_buffer.AsSpan(_length));
        _length = length;
    }
}
