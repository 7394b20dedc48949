using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kritis.Events.Attestations.Log;

namespace Kritis.Events.Attestations.Index;

/// <summary>
/// Has the records of the log examined on several cores while the next are read, and yields them in the order of the log: only the order in which they
/// are written matters. A hot path: checking signatures is most of a start's work; <c>cold-start</c> watches it.
/// </summary>
/// <param name="writer">Examines and writes the records.</param>
/// <param name="cores">On how many cores; asked for each batch, and never to grow.</param>
internal sealed class OrderedExamination(IndexWriter writer, Func<int> cores)
{
    /// <summary>So many that handing them over costs little beside examining them, and so few that all cores have some.</summary>
    private const int MostInBatch = 32;

    /// <summary>
    /// Fewer are examined by who reads: the log is then slower than the looks at it, and to wake another thread for them costs more. Where the looks are
    /// slower, more come together meanwhile.
    /// </summary>
    private const int FewerThan = 8;

    /// <summary>Reads <paramref name="log"/>. What was read before it failed is yielded before the failure is thrown.</summary>
    /// <param name="log">The log, given the token that ends its reading.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<ExaminedEvent> ExamineAsync(
        Func<CancellationToken, IAsyncEnumerable<LogEvent>> log, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = Channel.CreateBounded<Task<ExaminedEvent[]>>(new BoundedChannelOptions(2 * cores()) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => ReadAsync(log(ending.Token), batches.Writer, ending.Token), CancellationToken.None);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellationToken))
            {
                foreach (var examined in await batch)
                {
                    yield return examined;
                }
            }

            await reading;
        }
        finally
        {
            await ending.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(IAsyncEnumerable<LogEvent> log, ChannelWriter<Task<ExaminedEvent[]>> batches, CancellationToken cancellationToken)
    {
        var batch = new List<LogEvent>(MostInBatch);
        try
        {
            await using var events = log.GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(events, batch, batches, cancellationToken))
            {
                batch.Add(events.Current);
                if (batch.Count == MostInBatch)
                {
                    await FlushAsync(batch, batches, cancellationToken);
                }
            }
        }
        finally
        {
            await EndAsync(batch, batches, cancellationToken);
        }
    }

    private async Task EndAsync(List<LogEvent> batch, ChannelWriter<Task<ExaminedEvent[]>> batches, CancellationToken cancellationToken)
    {
        try
        {
            if (batch.Count > 0)
            {
                await FlushAsync(batch, batches, cancellationToken);
            }
        }
        finally
        {
            batches.Complete();
        }
    }

    /// <summary>Nothing is kept back while the next record is waited for.</summary>
    private async ValueTask<bool> NextAsync(
        IAsyncEnumerator<LogEvent> events, List<LogEvent> batch, ChannelWriter<Task<ExaminedEvent[]>> batches, CancellationToken cancellationToken)
    {
        var next = events.MoveNextAsync();
        if (next.IsCompleted || batch.Count == 0)
        {
            return await next;
        }

        var waiting = next.AsTask();
        try
        {
            await FlushAsync(batch, batches, cancellationToken);
        }
        finally
        {
            // An enumerator must not be disposed of while it is on its way to the next.
            await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await waiting;
    }

    private async ValueTask FlushAsync(List<LogEvent> batch, ChannelWriter<Task<ExaminedEvent[]>> batches, CancellationToken cancellationToken)
    {
        var started = Start(batch);
        batch.Clear();
        await batches.WriteAsync(started, cancellationToken);
    }

    private Task<ExaminedEvent[]> Start(List<LogEvent> batch)
    {
        var events = batch.ToArray();
        return cores() == 1 || events.Length < FewerThan ? Task.FromResult(Array.ConvertAll(events, Examine)) : Task.Run(() => Array.ConvertAll(events, Examine));
    }

    private ExaminedEvent Examine(LogEvent happened) => new(happened, happened is LogEvent.Record record ? writer.Examine(record) : null);
}

/// <summary>What following the log yields, with what came of the look at it where it is a record.</summary>
internal readonly record struct ExaminedEvent(LogEvent Event, ExaminedRecord? Record);
