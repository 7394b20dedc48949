using System.Net;
using System.Net.Http.Headers;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>Delivers notifications in order, again and again until the intake has taken each with a 2xx.</summary>
internal sealed partial class NotificationDelivery(
    PushNotifications notifications, EmbeddedRegistryOptions options, TimeProvider time, ILogger<NotificationDelivery> logger) : BackgroundService
{
    private const string ContentType = "application/vnd.docker.distribution.events.v1+json";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var file in notifications.Waiting())
            {
                await DeliverAsync(file, stoppingToken);
            }

            await notifications.WaitAsync(LongestPause, stoppingToken);
        }
    }

    private async Task DeliverAsync(string file, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (!await TryDeliverAsync(file, cancellationToken))
        {
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        File.Delete(file);
    }

    private async Task<bool> TryDeliverAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new ByteArrayContent(await File.ReadAllBytesAsync(file, cancellationToken));
            content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
            using var request = new HttpRequestMessage(HttpMethod.Post, options.NotificationUrl) { Content = content };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.NotificationToken);
            using var answer = await _http.SendAsync(request, cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return true;
            }

            var reason = Excerpt.Of(await answer.Content.ReadAsStringAsync(cancellationToken));
            Log.NotTaken(logger, (int)answer.StatusCode, reason);

            // What the intake will never take must not keep later pushes from it.
            return answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            Log.NotDelivered(logger, failure.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The intake answered {Status} to a push notification: {Reason}")]
        public static partial void NotTaken(ILogger logger, int status, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A push notification could not be delivered and is tried again: {Reason}")]
        public static partial void NotDelivered(ILogger logger, string reason);
    }
}
