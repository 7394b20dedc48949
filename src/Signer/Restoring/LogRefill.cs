using System.Collections.Concurrent;
using System.Threading.Channels;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;

namespace Kritis.Events.Signer.Restoring;

/// <summary>
/// Fills a log that was lost under a running signer from what the signer remembers, revocations first. Nothing is signed for it and no registry is
/// asked. Signers that do it together each begin somewhere else and leave out what they see the others append.
/// </summary>
internal sealed partial class LogRefill : BackgroundService
{
    private const int Concurrency = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly AttestationIndex _index;
    private readonly IndexWriter _writer;
    private readonly IndexFollower _follower;
    private readonly IAttestationLog _log;
    private readonly RememberedStatements _remembered;
    private readonly TimeProvider _time;
    private readonly ILogger<LogRefill> _logger;
    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>The ids that the new log holds; null while nothing is to be filled.</summary>
    private volatile ConcurrentDictionary<string, byte>? _held;

    public LogRefill(
        AttestationIndex index, IndexWriter writer, IndexFollower follower, IAttestationLog log, RememberedStatements remembered, TimeProvider time, ILogger<LogRefill> logger)
    {
        (_index, _writer, _follower, _log, _remembered, _time, _logger) = (index, writer, follower, log, remembered, time, logger);
        writer.Read += Note;
        follower.LogReplaced += Begin;
        follower.ReadToEnd += Release;
    }

    public override void Dispose()
    {
        _writer.Read -= Note;
        _follower.LogReplaced -= Begin;
        _follower.ReadToEnd -= Release;
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in _due.Reader.ReadAllAsync(stoppingToken))
        {
            while (_held is { } held && !await FillAsync(held, stoppingToken))
            {
                await Task.Delay(Pause, _time, stoppingToken);
            }
        }
    }

    private void Begin()
    {
        // Their signatures are not remembered: those that the new log holds are read, and the others are made again.
        _index.ForgetTags();
        _held = new ConcurrentDictionary<string, byte>();
    }

    private void Note(string id) => _held?.TryAdd(id, 0);

    private void Release()
    {
        if (_held is not null)
        {
            _ = _due.Writer.TryWrite(true);
        }
    }

    /// <returns>Whether it came to its end. What is in the log by then is left out when it is done again.</returns>
    private async Task<bool> FillAsync(ConcurrentDictionary<string, byte> held, CancellationToken cancellationToken)
    {
        try
        {
            var revocations = await AppendAsync(_remembered.Revocations(_index), held, cancellationToken);
            var attestations = await AppendAsync(_remembered.Attestations(_index), held, cancellationToken);
            _ = Interlocked.CompareExchange(ref _held, null, held);
            Log.Filled(_logger, _log.Description, attestations, revocations);
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.BrokenOff(_logger, failure.Message, Pause.TotalSeconds);
            return false;
        }
    }

    private async Task<int> AppendAsync(IReadOnlyList<RememberedStatement> statements, ConcurrentDictionary<string, byte> held, CancellationToken cancellationToken)
    {
        var count = 0;
        await Parallel.ForEachAsync(statements, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken }, async (statement, cancelled) =>
        {
            if (held.TryAdd(statement.Id, 0))
            {
                await AppendAsync(statement, held, cancelled);
                _ = Interlocked.Increment(ref count);
            }
        });
        return count;
    }

    private async Task AppendAsync(RememberedStatement statement, ConcurrentDictionary<string, byte> held, CancellationToken cancellationToken)
    {
        try
        {
            await statement.AppendAsync(_log, cancellationToken);
        }
        catch
        {
            _ = held.TryRemove(statement.Id, out _);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning,
            Message = "{Log} had been lost: {Attestations} attestations and {Revocations} revocations were appended to it again from memory. Nothing was signed for it.")]
        public static partial void Filled(ILogger logger, string log, int attestations, int revocations);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Filling the attestation log was broken off: {Reason}. It goes on in {Seconds} s.")]
        public static partial void BrokenOff(ILogger logger, string reason, double seconds);
    }
}
