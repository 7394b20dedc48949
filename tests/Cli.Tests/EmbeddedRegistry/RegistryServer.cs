using System.Net;
using Kritis.Events.Cli.EmbeddedRegistry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

/// <summary>The embedded registry on a real Kestrel, a free port and a folder of its own.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Folder? _ownFolder;

    private RegistryServer(WebApplication app, Folder? ownFolder, LogRecorder log)
    {
        _app = app;
        _ownFolder = ownFolder;
        Log = log;
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public LogRecorder Log { get; }

    public PushFeed Feed => _app.Services.GetRequiredService<PushFeed>();

    /// <summary>Starts a registry whose events go nowhere, unless the options say otherwise.</summary>
    public static async Task<RegistryServer> StartAsync(
        Func<EmbeddedRegistryOptions, EmbeddedRegistryOptions>? with = null, string? dataFolder = null, Action<AnnouncedPush>? pushed = null)
    {
        var ownFolder = dataFolder is null ? new Folder() : null;
        var options = new EmbeddedRegistryOptions
        {
            DataFolder = dataFolder ?? ownFolder!.Path,
            NotificationUrl = new Uri("http://127.0.0.1:9/events/distribution"),
            FirstRetryAfter = TimeSpan.FromMilliseconds(5),
            LongestRetryAfter = TimeSpan.FromMilliseconds(50),
        };
        var log = new LogRecorder();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddEmbeddedRegistry(with is null ? options : with(options));
        var app = builder.Build();
        app.MapEmbeddedRegistry();
        if (pushed is not null)
        {
            app.Services.GetRequiredService<PushFeed>().Pushed += pushed;
        }

        await app.StartAsync();
        return new RegistryServer(app, ownFolder, log);
    }

    /// <summary>Pushes a blob in one request.</summary>
    public async Task<string> PushBlobAsync(string repository, byte[] content)
    {
        var digest = Sample.DigestOf(content);
        using var answer = await Client.PostAsync($"/v2/{repository}/blobs/uploads/?digest={digest}", new ByteArrayContent(content));
        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        return digest;
    }

    /// <summary>Pushes an image of one layer, whose digest depends on <paramref name="seed"/>.</summary>
    public async Task<string> PushImageAsync(string repository, string reference, string seed = "app")
    {
        var image = Sample.Image(seed);
        await PushBlobAsync(repository, image.Config);
        await PushBlobAsync(repository, image.Layer);
        using var answer = await PutManifestAsync(repository, reference == "" ? image.Digest : reference, image.Manifest, image.MediaType);
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return image.Digest;
    }

    public Task<HttpResponseMessage> PutManifestAsync(string repository, string reference, byte[] manifest, string? mediaType)
    {
        var content = new ByteArrayContent(manifest);
        if (mediaType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        return Client.PutAsync($"/v2/{repository}/manifests/{reference}", content);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _ownFolder?.Dispose();
    }
}

/// <summary>A folder that goes away with its test.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kritis-registry-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Keeps what was logged.</summary>
internal sealed class LogRecorder : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add($"{logLevel}: {formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
    }
}
