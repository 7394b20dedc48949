using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Restoring;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>Compares when the signer has started, and on its schedule.</summary>
internal sealed partial class ReconcileSchedule(
    Reconciliation reconciliation,
    ReconcileOptions options,
    IndexFollower follower,
    IResourceSource resources,
    PushPublisher publisher,
    LogWholeness wholeness,
    ReconcileMetrics metrics,
    TimeProvider time,
    ILogger<ReconcileSchedule> logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.AtStart)
        {
            wholeness.Vouch();
        }

        try
        {
            // Without the rules and the log's past everything would seem to be missing.
            await resources.FirstRead.WaitAsync(stoppingToken);
            await follower.CaughtUp.WaitAsync(stoppingToken);
            await RepeatAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The signer stops; the next one to start goes on, as what is attested is passed over.
        }
    }

    private async Task RepeatAsync(CancellationToken cancellationToken)
    {
        var (isDue, pause) = (options.AtStart, PauseAfterFailure);
        while (isDue || options.Interval > TimeSpan.Zero)
        {
            var isDone = !isDue || await RunAsync(cancellationToken);
            if (isDone && options.Interval == TimeSpan.Zero)
            {
                return;
            }

            await Task.Delay(isDone ? options.Interval : pause, time, cancellationToken);
            pause = isDone ? PauseAfterFailure : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            isDue = true;
        }
    }

    /// <returns>Whether it came to its end; otherwise it is soon begun again.</returns>
    private async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (!follower.IsCurrent)
        {
            return false;
        }

        try
        {
            var (started, compared) = (time.GetTimestamp(), resources.Current);
            var report = await reconciliation.RunAsync(
                new ReconcileScope(), (pushes, cancelled) => publisher.PublishAsync(pushes, [], cancelled), progress: null, cancellationToken);
            metrics.Done(report);
            if (report.Failed == 0)
            {
                wholeness.Found(compared);
            }

            Log.Done(logger, report, time.GetElapsedTime(started).TotalSeconds);
            foreach (var problem in report.Problems)
            {
                Log.Problem(logger, problem);
            }

            return !report.IsBrokenOff;
        }
        catch (Exception away) when (away is BrokerUnavailableException or AttestationLogException)
        {
            Log.BrokenOff(logger, away.Message);
            return false;
        }
        catch (Exception unexpected) when (unexpected is not OperationCanceledException)
        {
            // Whatever it is, it must not end the process: live pushes are signed on.
            Log.Unexpected(logger, unexpected);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Reconciled: {Report}; {Seconds:0.0} s.")]
        public static partial void Done(ILogger logger, ReconcileReport report, double seconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Not reconciled: {Problem}")]
        public static partial void Problem(ILogger logger, string problem);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Reconciling was broken off: {Reason}. It begins again soon; what is attested by then is passed over.")]
        public static partial void BrokenOff(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "Reconciling failed in a way nobody thought of. It begins again soon.")]
        public static partial void Unexpected(ILogger logger, Exception failure);
    }
}
