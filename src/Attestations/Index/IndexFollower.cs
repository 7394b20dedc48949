using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Index;

/// <summary>
/// Follows the log and folds what it verified into the index. When the log is away it tries again with back-off from where it
/// stood, and the index goes on answering. When keys are pinned that were not pinned before, the log is read from the first once
/// more, because attestations by them were passed over.
/// </summary>
public sealed partial class IndexFollower : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private readonly IAttestationLog _log;
    private readonly IResourceSource _resources;
    private readonly IndexWriter _writer;
    private readonly TimeProvider _time;
    private readonly ILogger<IndexFollower> _logger;
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _changing = new();
    private HashSet<PinnedKey> _pinned;
    private bool _readAgain;
    private volatile bool _isCurrent;
    private CancellationTokenSource? _reading;
    private LogPosition? _position;
    private long _read;

    /// <summary>A follower; it starts with its host.</summary>
    public IndexFollower(
        IAttestationLog log, IndexWriter writer, IResourceSource resources, TimeProvider time, ILogger<IndexFollower> logger)
    {
        ArgumentNullException.ThrowIfNull(resources);
        (_log, _writer, _resources, _time, _logger) = (log, writer, resources, time, logger);
        _pinned = PinnedKeys(resources.Current);
        resources.Changed += ReadAgainForNewKeys;
    }

    /// <summary>Completes once everything that stood in the log at the start has been folded in.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>
    /// Whether the index holds all that stood in the log when it was last read from its first record. It does not while keys that were not pinned
    /// before make it read the log again: what an image lacks then may be there already.
    /// </summary>
    public bool IsCurrent => _isCurrent;

    /// <summary>How many records were read since the start.</summary>
    public long Read => Interlocked.Read(ref _read);

    /// <summary>Why the log cannot be followed now, or null while it is.</summary>
    public string? Problem { get; private set; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _resources.Changed -= ReadAgainForNewKeys;
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Without pinned keys nothing in the log counts, and having read it means nothing.
        await _resources.FirstRead.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(() => pause = FirstPause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested || _readAgain)
            {
                continue;
            }
            catch (AttestationLogException failure)
            {
                Problem = failure.Message;
                Log.LogAway(_logger, failure.Message, pause.TotalSeconds);
            }
            catch (Exception unexpected)
            {
                // Whatever it is, it must not end the process: the index still answers.
                Problem = unexpected.Message;
                Log.Unexpected(_logger, unexpected, pause.TotalSeconds);
            }

            await Task.Delay(pause, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task FollowAsync(Action connected, CancellationToken stoppingToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        lock (_changing)
        {
            _reading = reading;
            if (_readAgain)
            {
                (_readAgain, _position) = (false, null);
            }
        }

        await foreach (var happened in _log.FollowAsync(_position, reading.Token))
        {
            Problem = null;
            connected();
            switch (happened)
            {
                case LogEvent.Record record:
                    _writer.Write(record);
                    _position = record.Position;
                    _ = Interlocked.Increment(ref _read);
                    break;
                case LogEvent.CaughtUp:
                    Log.CaughtUp(_logger, _log.Description, Read);
                    _ = _caughtUp.TrySetResult();
                    NowCurrent();
                    break;
                case LogEvent.ReadFromFirst again:
                    _position = null;
                    Log.ReadFromFirst(_logger, again.Reason);
                    break;
            }
        }
    }

    private void NowCurrent()
    {
        lock (_changing)
        {
            _isCurrent = !_readAgain;
        }
    }

    private void ReadAgainForNewKeys(ResourceSet resources)
    {
        var pinned = PinnedKeys(resources);
        lock (_changing)
        {
            var nothingNew = pinned.IsSubsetOf(_pinned);
            _pinned = pinned;
            if (nothingNew)
            {
                return;
            }

            (_readAgain, _isCurrent) = (true, false);
            StopReading();
        }

        Log.NewKeys(_logger);
    }

    private void StopReading()
    {
        try
        {
            // Not on this thread: what waits for the cancellation would go on reading under the lock.
            _ = _reading?.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself a moment ago; the next reading sees that it must begin at the first record.
        }
    }

    private static HashSet<PinnedKey> PinnedKeys(ResourceSet resources) =>
    [
        .. from witness in resources.Witnesses.Values
           from key in witness.Keys
           select new PinnedKey(witness.Name, key.PublicKey.Fingerprint, key.PublicKey.Algorithm),
    ];

    private sealed record PinnedKey(string Witness, Digest Fingerprint, SignatureAlgorithm Algorithm);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Caught up with {Log}: {Records} records read.")]
        public static partial void CaughtUp(ILogger logger, string log, long records);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The attestation log cannot be followed: {Reason}. Trying again in {Seconds} s; the index goes on answering.")]
        public static partial void LogAway(ILogger logger, string reason, double seconds);

        [LoggerMessage(Level = LogLevel.Error, Message = "Following the attestation log failed in a way nobody thought of. Trying again in {Seconds} s; the index goes on answering.")]
        public static partial void Unexpected(ILogger logger, Exception failure, double seconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Reading the attestation log from its first record: {Reason}.")]
        public static partial void ReadFromFirst(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Keys were pinned that were not pinned before; reading the attestation log from its first record.")]
        public static partial void NewKeys(ILogger logger);
    }
}
