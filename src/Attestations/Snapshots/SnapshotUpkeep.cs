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
    private int _failures;

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
            _ = Parallel.ForEach(batch, image => Verify(unverified, image));
            await Task.Delay(time.GetElapsedTime(working), time, stoppingToken);
        }

        if (Volatile.Read(ref _failures) > 0)
        {
            Log.NotVerified(logger, _failures);
            return;
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

    /// <summary>Whatever it is, it must not end the work on all others; this one is tried again when it is asked for.</summary>
    private void Verify(UnverifiedAttestations unverified, ImageKey image)
    {
        try
        {
            unverified.Verify(image);
        }
#pragma warning disable CA1031 // Told, and counted.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (Interlocked.Increment(ref _failures) == 1)
            {
                Log.Failed(logger, failure);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "An attestation of the snapshot could not be verified in the background. The others are; it is tried again when its image is asked for.")]
        public static partial void Failed(ILogger logger, Exception failure);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Images} images of the snapshot could not be verified in the background. They are when they are asked for, with what the file holds until the next start.")]
        public static partial void NotVerified(ILogger logger, int images);

        [LoggerMessage(Level = LogLevel.Information, Message = "Verified the {Attestations} attestations of the snapshot in {Seconds:0.0} s.")]
        public static partial void Verified(ILogger logger, int attestations, double seconds);
    }
}
