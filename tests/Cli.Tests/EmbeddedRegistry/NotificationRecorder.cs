using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

/// <summary>A request that the recorder got, and how it answered.</summary>
internal sealed record RecordedNotification(string? Authorization, string? ContentType, JsonElement Body, int Answer)
{
    public JsonElement Event => Body.GetProperty("events")[0];

    public JsonElement Target => Event.GetProperty("target");

    public string Digest => Target.GetProperty("digest").GetString()!;
}

/// <summary>Stands where the signer would stand: answers as told, then with 202, and keeps what it got.</summary>
internal sealed class NotificationRecorder : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(int Status, string Text)> _answers = new();
    private readonly Channel<RecordedNotification> _received = Channel.CreateUnbounded<RecordedNotification>();

    private NotificationRecorder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/events/distribution", AnswerAsync);
    }

    public Uri Url => new(new Uri(_app.Urls.Single()), "/events/distribution");

    /// <summary>What it answers to everything once the answers given by <see cref="AnswerNext"/> are used up.</summary>
    public int Otherwise { get; set; } = StatusCodes.Status202Accepted;

    public int Requests => _received.Reader.Count;

    public static async Task<NotificationRecorder> StartAsync()
    {
        var recorder = new NotificationRecorder();
        await recorder._app.StartAsync();
        return recorder;
    }

    public void AnswerNext(int status, string text = "") => _answers.Enqueue((status, text));

    public async Task<RecordedNotification> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        return await _received.Reader.ReadAsync(limit.Token);
    }

    /// <summary>The next notification that it accepted; refused ones before it are passed over.</summary>
    public async Task<RecordedNotification> NextAcceptedAsync()
    {
        while (true)
        {
            var next = await NextAsync();
            if (next.Answer is >= 200 and < 300)
            {
                return next;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var (status, text) = _answers.TryDequeue(out var told) ? told : (Otherwise, "");
        context.Response.StatusCode = status;
        if (status is >= 300 and < 400)
        {
            context.Response.Headers.Location = text;
        }

        await context.Response.WriteAsync(status is >= 300 and < 400 ? "" : text);
        await context.Response.CompleteAsync();
        _received.Writer.TryWrite(new RecordedNotification(
            context.Request.Headers.Authorization, context.Request.ContentType, body.RootElement.Clone(), status));
    }
}
