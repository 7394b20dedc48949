using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Intake;

/// <summary>Counts and logs what was taken once the broker has it.</summary>
internal sealed partial class PushJournal(IntakeMetrics metrics, ILogger<PushJournal> logger)
{
    /// <summary>Writes down what became of one request's events.</summary>
    public void Record(TakenPushes taken)
    {
        metrics.Accepted(taken.Pushes.Count);
        foreach (var reason in taken.Ignored)
        {
            metrics.Ignored(reason);
        }

        foreach (var (reason, what) in taken.Told)
        {
            Log.Ignored(logger, what, reason);
        }

        foreach (var push in taken.Pushes)
        {
            Log.Accepted(logger, push.Image, push.Tag, push.EventId, push.Actor);
        }

        foreach (var skip in taken.Skipped)
        {
            Log.UnknownRegistry(logger, skip.Image, skip.EventId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Push of {Image}, tag {Tag}, taken as event {EventId}, pushed by {Actor}.")]
        public static partial void Accepted(ILogger logger, Image image, string? tag, string eventId, string? actor);

        [LoggerMessage(LogLevel.Warning, "Push of {Image} skipped: no Registry resource has this host (event {EventId}).")]
        public static partial void UnknownRegistry(ILogger logger, Image image, string eventId);

        [LoggerMessage(LogLevel.Information, "{What}: ignored ({Reason}).")]
        public static partial void Ignored(ILogger logger, string what, string reason);
    }
}
