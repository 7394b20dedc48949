using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>The lines of a stream that ends when it likes, none longer than a bound.</summary>
internal static class WatchLines
{
    /// <summary>The lines without their ends and without empty ones; each is valid until the next is asked for. A last line without an end is half an event, and left out.</summary>
    /// <exception cref="ClusterAwayException">A line is longer than <paramref name="mostBytes"/>.</exception>
    public static async IAsyncEnumerable<ReadOnlySequence<byte>> ReadAsync(
        Stream stream, int mostBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (line.Length > mostBytes)
                    {
                        throw TooLong(mostBytes);
                    }

                    if (!line.IsEmpty)
                    {
                        yield return line;
                    }
                }

                if (rest.Length > mostBytes)
                {
                    throw TooLong(mostBytes);
                }

                reader.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static ClusterAwayException TooLong(int mostBytes) => new($"the API server sent a watch event of more than {mostBytes} bytes");
}
