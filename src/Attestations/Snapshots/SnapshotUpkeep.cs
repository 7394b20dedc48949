using Kritis.Events.Attestations.Index;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// Writes the snapshot in regular steps, and once the verifier has caught up verifies what it holds and nobody has verified, so that the first admission of each image
/// need not, and the file is not needed any more.
/// </summary>
internal sealed partial class SnapshotUpkeep(
    SnapshotOptions options, IndexSnapshot snapshot, IndexFollower follower, TimeProvider time, ILogger<SnapshotUpkeep> logger) : BackgroundService
{
    private const int BatchOfACore = 16;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(VerifyAsync(stoppingToken), WriteAsync(stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        snapshot.Flush();
    }

    private async Task WriteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            snapshot.Flush();
        }
    }

    /// <summary>Takes half of each core at most, and no longer than about a millisecond at a time: admissions come first.</summary>
    private async Task VerifyAsync(CancellationToken stoppingToken)
    {
        await follower.CaughtUp.WaitAsync(stoppingToken);
        if (snapshot.Unverified is not { } unverified)
        {
            return;
        }

        var started = time.GetTimestamp();
        foreach (var batch in unverified.Images.Chunk(BatchOfACore * Environment.ProcessorCount))
        {
            var working = time.GetTimestamp();
            _ = Parallel.ForEach(batch, unverified.Verify);
            await Task.Delay(time.GetElapsedTime(working), time, stoppingToken);
        }

        if (ReferenceEquals(snapshot.Unverified, unverified))
        {
            snapshot.ForgetUnverified();
        }

        if (unverified.Count == 0)
        {
            return;
        }

        Log.Verified(logger, unverified.Count, time.GetElapsedTime(started).TotalSeconds);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Verified the {Attestations} attestations of the snapshot in {Seconds:0.0} s.")]
        public static partial void Verified(ILogger logger, int attestations, double seconds);
    }
}
