using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Text;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Registry;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Signer.Tests.Intake;

/// <summary>The intake on a real port with an in-memory bus, and a consumer that records what arrives.</summary>
internal sealed class IntakeHost : IAsyncDisposable
{
    public const string Token = "a-token-of-32-characters-or-more";

    private readonly ConcurrentQueue<object> _received = new();
    private readonly SemaphoreSlim _marker = new(0);
    private readonly ConcurrentDictionary<string, long> _counted = new();
    private readonly MeterListener _listener = new();
    private WebApplication _app = null!;

    private IntakeHost()
    {
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public HttpClient Client { get; private set; } = null!;

    public IBusControl Bus => _app.Services.GetRequiredService<IBusControl>();

    public RecordedLog Logs { get; } = new();

    public IReadOnlyDictionary<string, long> Counted => _counted;

    public static ResourceSet Resources { get; } = new()
    {
        Registries =
        [
            new() { Name = "demo", Host = "127.0.0.1:45055", Aliases = ["inside.example"], Url = new Uri("http://127.0.0.1:45055") },
            new() { Name = "public", Host = "registry.example", Url = new Uri("https://registry.example") },
        ],
    };

    public static async Task<IntakeHost> StartAsync(
        Action<IPublishPipelineConfigurator>? publishing = null, params (string Key, string? Value)[] settings) =>
        await StartAsync(Resources, publishing, settings);

    public static async Task<IntakeHost> StartAsync(
        ResourceSet resources, Action<IPublishPipelineConfigurator>? publishing = null, params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var values = new Dictionary<string, string?> { ["urls"] = "http://127.0.0.1:0", ["Intake:Token"] = Token };
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        builder.Configuration.AddInMemoryCollection(values);
        builder.Services.AddAlibabaCloud(builder.Configuration);
        builder.Services.AddRegistry();
        builder.Services.AddSingleton(new BusOptions { Address = BusAddress.Parse("memory:") });
        builder.Services.AddSingleton(new ServiceIdentity("signer"));
        builder.Services.AddIntake(builder.Configuration);
        builder.Services.AddSingleton<IResourceSource>(new FixedResources(resources));
        var host = new IntakeHost();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton<ILoggerProvider>(host.Logs);
        builder.Services.AddMassTransit(bus => bus.UsingInMemory((_, memory) =>
        {
            publishing?.Invoke(memory);
            memory.ReceiveEndpoint("recorder", endpoint =>
            {
                endpoint.ConcurrentMessageLimit = 1;
                endpoint.Handler<ImagePushed>(context => host.Record(context.Message));
                endpoint.Handler<SigningSkipped>(context => host.Record(context.Message));
                endpoint.Handler<SigningFailed>(_ => host.Marked());
            });
        }));
        builder.Services.AddOptions<MassTransitHostOptions>().Configure(options => options.WaitUntilStarted = true);
        var app = builder.Build();
        app.MapIntake();
        host._app = app;
        host.Listen();
        await app.StartAsync(Cancellation);
        host.Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        return host;
    }

    /// <summary>Everything that has arrived over the bus so far.</summary>
    public async Task<IReadOnlyList<object>> ReceivedAsync()
    {
        // The queue is first in, first out: what was published before this has been recorded when it arrives.
        await Bus.Publish(
            new SigningFailed
            {
                EventId = "marker", Image = Image.Parse($"a.example/b@sha256:{new string('0', 64)}"),
                Code = "Marker", Error = "", Attempts = 0, FailedAt = default,
            },
            Cancellation);
        await _marker.WaitAsync(Cancellation);
        return [.. _received];
    }

    public static Task<string> Fixture(string name) =>
        File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Intake", "Fixtures", name + ".json"), Cancellation);

    public Task<HttpResponseMessage> PostAsync(
        string body, string? contentType = "application/vnd.docker.distribution.events.v1+json", string query = "", string? bearer = Token) =>
        PostAsync(Encoding.UTF8.GetBytes(body), contentType, query, bearer);

    public Task<HttpResponseMessage> PostAsync(
        byte[] body, string? contentType = "application/json", string query = "", string? bearer = Token) =>
        PostAsync(new ByteArrayContent(body), contentType, query, bearer);

    public Task<HttpResponseMessage> PostAsync(HttpContent content, string? contentType, string query = "", string? bearer = Token) =>
        SendAsync("/events/distribution" + query, content, contentType, bearer);

    public async Task<HttpResponseMessage> SendAsync(
        string path, HttpContent content, string? contentType, string? bearer = Token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            _ = request.Headers.TryAddWithoutValidation(name, value);
        }

        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        return await Client.SendAsync(request, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Client.Dispose();
        await _app.DisposeAsync();
        _marker.Dispose();
    }

    private void Listen()
    {
        var factory = _app.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "kritis_intake_events" && instrument.Meter.Name == "Kritis.Events.Signer" && instrument.Meter.Scope == factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            _counted.AddOrUpdate((string)tags[0].Value!, count, (_, before) => before + count));
        _listener.Start();
    }

    private Task Record(object message)
    {
        _received.Enqueue(message);
        return Task.CompletedTask;
    }

    private Task Marked()
    {
        _marker.Release();
        return Task.CompletedTask;
    }
}
