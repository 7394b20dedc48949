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
    private HashSet<PinnedKey> _pinned;
    private volatile bool _readAgain;
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
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(() => pause = FirstPause, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                continue;
            }
            catch (AttestationLogException failure)
            {
                Problem = failure.Message;
                Log.LogAway(_logger, failure.Message, pause.TotalSeconds);
            }

            await Task.Delay(pause, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task FollowAsync(Action connected, CancellationToken stoppingToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        _reading = reading;
        if (_readAgain)
        {
            (_readAgain, _position) = (false, null);
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
                    break;
                case LogEvent.ReadFromFirst again:
                    Log.ReadFromFirst(_logger, again.Reason);
                    break;
            }
        }
    }

    private void ReadAgainForNewKeys(ResourceSet resources)
    {
        var pinned = PinnedKeys(resources);
        var nothingNew = pinned.IsSubsetOf(_pinned);
        if (nothingNew)
        {
            _pinned = pinned;
            return;
        }

        _pinned = pinned;
        _readAgain = true;
        Log.NewKeys(_logger);
        StopReading();
    }

    private void StopReading()
    {
        try
        {
            _reading?.Cancel();
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

        [LoggerMessage(Level = LogLevel.Warning, Message = "Reading the attestation log from its first record: {Reason}.")]
        public static partial void ReadFromFirst(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Keys were pinned that were not pinned before; reading the attestation log from its first record.")]
        public static partial void NewKeys(ILogger logger);
    }
}
