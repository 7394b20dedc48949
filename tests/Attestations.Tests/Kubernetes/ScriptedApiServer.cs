using System.Collections.Concurrent;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Tests.Kubernetes;

/// <summary>
/// An API server on loopback whose answers are written down beforehand, one for each request in the order they come, of all or of one kind. Where no answer is left, a
/// request stays open.
/// </summary>
internal sealed class ScriptedApiServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<HttpContext, Task>>> _answersOf = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ending = new();

    private ScriptedApiServer(WebApplication app)
    {
        _app = app;
        app.Run(AnswerAsync);
    }

    public IKubernetes Client { get; private set; } = null!;

    /// <summary>Path and query of every request so far.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public static async Task<ScriptedApiServer> StartAsync(params Func<HttpContext, Task>[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders();
        _ = builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MinResponseDataRate = null);
        var server = new ScriptedApiServer(builder.Build());
        server.Then(answers);
        await server._app.StartAsync();
        server.Client = new k8s.Kubernetes(new KubernetesClientConfiguration { Host = server._app.Urls.Single(), AccessToken = "token-of-the-test" });
        return server;
    }

    public void Then(params Func<HttpContext, Task>[] answers)
    {
        foreach (var answer in answers)
        {
            _answers.Enqueue(answer);
        }
    }

    /// <summary>Answers to requests for one kind only.</summary>
    public void For(string plural, params Func<HttpContext, Task>[] answers)
    {
        var queue = _answersOf.GetOrAdd(plural, _ => new());
        foreach (var answer in answers)
        {
            queue.Enqueue(answer);
        }
    }

    public static Func<HttpContext, Task> List(string version, params string[] items) => Page(version, "", items);

    public static Func<HttpContext, Task> Page(string version, string next, params string[] items) =>
        Json(200, $$"""{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"{{version}}","continue":"{{next}}"},"items":[{{string.Join(',', items)}}]}""");

    public static Func<HttpContext, Task> Status(int code, string message) =>
        Json(code, $$"""{"kind":"Status","status":"Failure","message":"{{message}}","code":{{code}}}""");

    public static Func<HttpContext, Task> Json(int code, string body) => context =>
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    };

    /// <summary>A watch that sends these lines and stays open.</summary>
    public static Func<HttpContext, Task> Watch(params string[] lines) => async context =>
    {
        await SendAsync(context, lines);
        await HoldAsync(context);
    };

    /// <summary>A watch that sends these lines and ends as the API server ends one.</summary>
    public static Func<HttpContext, Task> WatchThatEnds(params string[] lines) => context => SendAsync(context, lines);

    /// <summary>A watch that sends these lines and half of another, and is cut off when <paramref name="cut"/> completes.</summary>
    public static Func<HttpContext, Task> WatchThatIsCut(Task cut, string half, params string[] lines) => async context =>
    {
        await SendAsync(context, lines);
        await context.Response.WriteAsync(half);
        await context.Response.Body.FlushAsync();
        await cut;
        context.Abort();
    };

    /// <summary>Takes the request and never says a word.</summary>
    public static Func<HttpContext, Task> Silence => HoldAsync;

    public static string Event(string type, string item) => $$"""{"type":"{{type}}","object":{{item}}}""";

    public static string Object(string name, string version, string more = "") =>
        $$$"""{"apiVersion":"kritis.events/v1alpha1","kind":"Witness","metadata":{"name":"{{{name}}}","uid":"u-{{{name}}}","resourceVersion":"{{{version}}}"}{{{more}}}}""";

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Client.Dispose();
        await _app.DisposeAsync();
        _ending.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue($"{context.Request.Path}{context.Request.QueryString}");
        using var ending = _ending.Token.Register(context.Abort);
        var plural = context.Request.Path.Value!.Split('/')[^1];
        var answer = _answersOf.GetValueOrDefault(plural, _answers).TryDequeue(out var next) ? next : Watch();
        await answer(context);
    }

    private static async Task SendAsync(HttpContext context, string[] lines)
    {
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync();
        foreach (var line in lines)
        {
            await context.Response.WriteAsync(line + "\n");
            await context.Response.Body.FlushAsync();
        }

        await context.Response.Body.FlushAsync();
    }

    private static Task HoldAsync(HttpContext context) =>
        Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
}
