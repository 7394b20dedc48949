using Kritis.Events.Cli.EmbeddedRegistry.Storage;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Notifications;

/// <summary>Delivers the events one after the other, each until it is accepted or finally refused.</summary>
internal sealed class NotificationDelivery(
    NotificationQueue queue,
    NotificationSender sender,
    PushFeed feed,
    UploadStore uploads,
    EmbeddedRegistryOptions options,
    TimeProvider time,
    ILogger<NotificationDelivery> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        uploads.RemoveAbandoned();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DeliverPendingAsync(stoppingToken);
                await queue.WaitAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.QueueFailed(logger, exception);
                await Task.Delay(options.LongestRetryAfter, time, stoppingToken);
            }
        }
    }

    private async Task DeliverPendingAsync(CancellationToken stoppingToken)
    {
        foreach (var pending in queue.Pending())
        {
            var isAccepted = await IsAcceptedAsync(pending, stoppingToken);
            NotificationQueue.Remove(pending);
            if (isAccepted)
            {
                feed.Report(new AnnouncedPush(pending.Target.Repository, pending.Target.Tag, pending.Target.Digest));
            }
        }
    }

    /// <returns>Whether the receiver took the event; false where it will never take it.</returns>
    private async Task<bool> IsAcceptedAsync(PendingNotification pending, CancellationToken stoppingToken)
    {
        for (var wait = options.FirstRetryAfter; ; wait = Longer(wait))
        {
            var answer = await TrySendAsync(pending, stoppingToken);
            if (answer is { IsSuccess: true })
            {
                return true;
            }

            if (answer is { IsFinal: true })
            {
                Log.Refused(logger, pending.Target.Repository, pending.Target.Digest, (int)answer.Status, Excerpt.Of(answer.Text));
                return false;
            }

            if (answer is not null)
            {
                Log.NotAccepted(logger, pending.Target.Repository, pending.Target.Digest, (int)answer.Status, Excerpt.Of(answer.Text), wait);
            }

            await Task.Delay(wait, time, stoppingToken);
        }
    }

    private async Task<NotificationAnswer?> TrySendAsync(PendingNotification pending, CancellationToken stoppingToken)
    {
        try
        {
            return await sender.SendAsync(pending.Body, stoppingToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException
            && !stoppingToken.IsCancellationRequested)
        {
            Log.NotReached(logger, pending.Target.Repository, pending.Target.Digest, Excerpt.Of(exception.Message));
            return null;
        }
    }

    private TimeSpan Longer(TimeSpan wait) => wait < options.LongestRetryAfter / 2 ? wait * 2 : options.LongestRetryAfter;
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The push of {Repository}@{Digest} was refused with {Status} and will not be announced again: {Answer}")]
    public static partial void Refused(ILogger logger, string repository, Digest digest, int status, string answer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The push of {Repository}@{Digest} was answered with {Status}, next try in {Wait}: {Answer}")]
    public static partial void NotAccepted(ILogger logger, string repository, Digest digest, int status, string answer, TimeSpan wait);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The push of {Repository}@{Digest} could not be announced yet and will be tried again: {Problem}")]
    public static partial void NotReached(ILogger logger, string repository, Digest digest, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "The queue of push events could not be read or written; it will be tried again.")]
    public static partial void QueueFailed(ILogger logger, Exception exception);
}
