using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Snapshots;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Index;

/// <summary>
/// Follows the log and folds what it verified into the index. When the log is away it tries again with back-off from where it
/// stood, and the index goes on answering. When keys are pinned that were not pinned before, the log is read from the first once
/// more, because attestations by them were passed over. Where there is a snapshot, it begins at the place in the log where that ends.
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
    private readonly IndexSnapshot? _snapshot;
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _changing = new();
    private HashSet<PinnedKey> _pinned;

    /// <summary>The keys whose attestations were all taken in up to <see cref="_position"/>; another set each time, never changed.</summary>
    private volatile HashSet<PinnedKey> _covered = [];
    private bool _readAgain;
    private bool _restartSnapshot;

    /// <summary>How many restrictions the log must have for the snapshot's position to be used; null once they were read.</summary>
    private long? _restrictions;
    private volatile bool _isCurrent;
    private CancellationTokenSource? _reading;
    private LogPosition? _position;
    private long _read;

    /// <summary>A follower; it starts with its host.</summary>
    public IndexFollower(
        IAttestationLog log, IndexWriter writer, IResourceSource resources, TimeProvider time, ILogger<IndexFollower> logger, IndexSnapshot? snapshot = null)
    {
        ArgumentNullException.ThrowIfNull(resources);
        (_log, _writer, _resources, _time, _logger, _snapshot) = (log, writer, resources, time, logger, snapshot);
        _pinned = PinnedKey.AllOf(resources.Current);
        resources.Changed += ReadAgainForNewKeys;
        if (snapshot is not null)
        {
            snapshot.Distrusted += ReadAgainForTheSnapshot;
        }
    }

    /// <summary>Raised when the log turns out not to be the one that was read before, before anything of it is read. Handlers must be quick and not throw.</summary>
    public event Action? LogReplaced;

    /// <summary>Raised each time everything that stood in the log when reading began was folded in. Handlers must be quick and not throw.</summary>
    public event Action? ReadToEnd;

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
        if (_snapshot is not null)
        {
            _snapshot.Distrusted -= ReadAgainForTheSnapshot;
        }

        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Without pinned keys nothing in the log counts, and having read it means nothing.
        await _resources.FirstRead.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        BeginAtSnapshot();
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
        Begin(reading);
        if (_restrictions is { } expected)
        {
            await ReadRestrictionsAsync(expected, reading.Token);
        }

        var position = _position;
        await foreach (var (happened, examined) in Examination().ExamineAsync(ending => _log.FollowAsync(position, ending), reading.Token))
        {
            Problem = null;
            connected();
            switch (happened)
            {
                case LogEvent.Record record:
                    _writer.Write(examined!);
                    _position = record.Position;
                    _snapshot?.Advance(record.Position, _covered);
                    _ = Interlocked.Increment(ref _read);
                    break;
                case LogEvent.CaughtUp:
                    Log.CaughtUp(_logger, _log.Description, Read);
                    _snapshot?.EndFiling();
                    // Whoever waits for the one may ask for the other at once.
                    NowCurrent();
                    _ = _caughtUp.TrySetResult();
                    _snapshot?.CaughtUp();
                    ReadToEnd?.Invoke();
                    break;
                case LogEvent.ReadFromFirst again:
                    Log.ReadFromFirst(_logger, again.Reason);
                    ReadOnFromFirst();
                    // Once it has caught up it knows every revocation of the log before, and forgets none: what was attested there goes on counting.
                    _snapshot?.Restart(keepsUnverified: _caughtUp.Task.IsCompleted);
                    LogReplaced?.Invoke();
                    break;
            }
        }
    }

    /// <summary>Until the service is ready nothing is more urgent; afterwards admissions are.</summary>
    private OrderedExamination Examination() => new(_writer, () => _caughtUp.Task.IsCompleted ? 1 : Environment.ProcessorCount);

    private void BeginAtSnapshot()
    {
        HashSet<PinnedKey> pinned;
        lock (_changing)
        {
            pinned = _pinned;
        }

        if (_snapshot?.Load(pinned) is not { } coverage)
        {
            return;
        }

        lock (_changing)
        {
            // A key that was taken out while the file was read is passed over from now on.
            (_position, _restrictions, _covered) = (coverage.Position, coverage.Restrictions, [.. pinned.Intersect(_pinned)]);
        }
    }

    private void Begin(CancellationTokenSource reading)
    {
        var restart = false;
        lock (_changing)
        {
            _reading = reading;
            if (_readAgain)
            {
                (_readAgain, _position) = (false, null);
                (restart, _restartSnapshot) = (_restartSnapshot, false);
            }

            if (_position is null)
            {
                ReadFromFirst();
            }
        }

        if (restart)
        {
            _snapshot?.Restart(keepsUnverified: true);
        }
    }

    private void ReadOnFromFirst()
    {
        lock (_changing)
        {
            ReadFromFirst();
            if (_readAgain)
            {
                // What comes now may have been examined before the keys were pinned that it is about to be read again for.
                _covered = [];
            }
        }
    }

    private void ReadFromFirst() => (_position, _restrictions, _covered) = (null, null, _pinned);

    /// <summary>
    /// A snapshot can be old, or somebody's: what takes admissions away is read from the log before anything of it is used. Where the log kept less of
    /// that than there was when the snapshot was written, only the whole log tells.
    /// </summary>
    private async Task ReadRestrictionsAsync(long expected, CancellationToken cancellationToken)
    {
        await foreach (var (_, examined) in Examination().ExamineAsync(_log.ReadRestrictionsAsync, cancellationToken))
        {
            _writer.Write(examined!);
        }

        if (_writer.Restrictions < expected)
        {
            Log.RestrictionsMissing(_logger, _log.Description, _writer.Restrictions, expected);
            lock (_changing)
            {
                ReadFromFirst();
            }
        }

        _restrictions = null;
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
        var pinned = PinnedKey.AllOf(resources);
        lock (_changing)
        {
            var nothingNew = pinned.IsSubsetOf(_pinned);
            _pinned = pinned;
            // While a key is not pinned, what it signed is passed over.
            _covered = [.. _covered.Intersect(pinned)];
            if (nothingNew)
            {
                return;
            }

            (_readAgain, _isCurrent) = (true, false);
            StopReading();
        }

        Log.NewKeys(_logger);
    }

    private void ReadAgainForTheSnapshot()
    {
        lock (_changing)
        {
            (_readAgain, _restartSnapshot, _isCurrent) = (true, true, false);
            StopReading();
        }
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

        [LoggerMessage(Level = LogLevel.Warning,
            Message = "Reading the attestation log from its first record: {Log} gave {Restrictions} revocations and claims of tags, and there were {Expected} when the snapshot was written. "
                + "A log that is older than its stream kritis.restrictions is read so at each start.")]
        public static partial void RestrictionsMissing(ILogger logger, string log, long restrictions, long expected);

        [LoggerMessage(Level = LogLevel.Information, Message = "Keys were pinned that were not pinned before; reading the attestation log from its first record.")]
        public static partial void NewKeys(ILogger logger);
    }
}
