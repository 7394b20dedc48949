using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Bus;
using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>The webhook on a real web server with TLS on a free port, an in-memory bus and an index that a test fills.</summary>
internal sealed class WebhookHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TemporaryFolder _data;
    private readonly Lazy<HttpClient> _http;

    private WebhookHost(WebApplication app, TemporaryFolder data)
    {
        (_app, _data) = (app, data);
        _http = new Lazy<HttpClient>(() => new HttpClient(Https.Trusting(AuthorityFile), disposeHandler: true) { BaseAddress = Address });
    }

    public RecordedLog Log { get; private init; } = new();

    public AttestationIndex Index => _app.Services.GetRequiredService<AttestationIndex>();

    public FixedResources Resources => (FixedResources)_app.Services.GetRequiredService<IResourceSource>();

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.Single());

    public string AuthorityFile => Path.Combine(_data.Path, "tls", "ca.crt");

    public HttpClient Http => _http.Value;

    public static async Task<WebhookHost> StartAsync(
        ResourceSet resources, Action<IServiceCollection>? services = null, BusParts? parts = null, params string[] settings)
    {
        var data = new TemporaryFolder();
        var log = new RecordedLog();
        var builder = KritisService.CreateBuilder(
            "verifier", ["--Bus:Uri=memory:", $"--Data:Path={data.Path}", "--urls=https://127.0.0.1:0", .. settings], "https://127.0.0.1:0");
        _ = builder.Logging.ClearProviders().AddProvider(log);
        _ = builder.Services
            .AddSingleton<IResourceSource>(new FixedResources(resources))
            .AddSingleton<AttestationIndex>()
            .AddSingleton<Func<LogProgress>>(() => new LogProgress(CaughtUp: true, Read: 0));
        _ = builder.AddBus(needed: false, parts);
        _ = builder.Services.AddAdmission(builder.Configuration);
        _ = builder.AddServingCertificate();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapAdmission();
        app.MapKritisDefaults();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new WebhookHost(app, data) { Log = log };
    }

    public Task<Answer> AskAsync(Review review) => AskAsync(review.Bytes);

    public async Task<Answer> AskAsync(byte[] review)
    {
        using var response = await PostAsync(new ByteArrayContent(review), "application/json");
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        response.Content.Headers.ContentType!.ToString().Should().Be("application/json");
        return new Answer(JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))!);
    }

    public Task<HttpResponseMessage> PostAsync(string body, string? contentType) =>
        PostAsync(new ByteArrayContent(Encoding.UTF8.GetBytes(body)), contentType);

    public Task<HttpResponseMessage> PostAsync(HttpContent body, string? contentType)
    {
        body.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return Http.PostAsync(new Uri(AdmissionEndpoint.Path, UriKind.Relative), body, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_http.IsValueCreated)
        {
            Http.Dispose();
        }

        await _app.DisposeAsync();
        _data.Dispose();
    }
}

/// <summary>What the webhook answered.</summary>
internal sealed record Answer(JsonNode Root)
{
    public JsonNode Response => Root["response"]!;

    public bool Allowed => Response["allowed"]!.GetValue<bool>();

    public string? Message => Response["status"]?["message"]?.GetValue<string>();

    public int? Code => Response["status"]?["code"]?.GetValue<int>();

    public string[] Warnings => Response["warnings"]?.Deserialize<string[]>() ?? [];
}
