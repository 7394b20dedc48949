using System.Collections.Concurrent;
using System.Net;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Registry.Acr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Signer.Tests.Registry;

/// <summary>A registry over real HTTP that answers as a test tells it to, and remembers what it was asked.</summary>
internal sealed class ScriptedRegistry : IAsyncDisposable
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private readonly WebApplication _app;

    private ScriptedRegistry(WebApplication app) => _app = app;

    public ConcurrentQueue<Asked> Requests { get; } = new();

    public Uri Url => new(_app.Urls.First());

    public string Authority => Url.Authority;

    public static async Task<ScriptedRegistry> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MinResponseDataRate = null);
        builder.Logging.ClearProviders();
        var registry = new ScriptedRegistry(builder.Build());
        registry._app.Run(async context =>
        {
            registry.Requests.Enqueue(new Asked(context.Request.Method, context.Request.Path, context.Request.QueryString.Value ?? "",
                context.Request.Headers.Authorization.ToString(), context.Request.Headers.Accept.ToString()));
            await answer(context);
        });
        await registry._app.StartAsync();
        return registry;
    }

    /// <summary>Answers every manifest request with these bytes.</summary>
    public static Task<ScriptedRegistry> HoldingAsync(byte[] manifest, string mediaType = ManifestType) => StartAsync(context =>
    {
        context.Response.ContentType = mediaType;
        return context.Response.Body.WriteAsync(manifest).AsTask();
    });

    public static Task StatusAsync(HttpContext context, HttpStatusCode status)
    {
        context.Response.StatusCode = (int)status;
        return Task.CompletedTask;
    }

    public ConfiguredRegistry Configured(RegistryCredentials? credentials = null, params string[] tokenRealms) => new()
    {
        Name = "main",
        Host = Authority,
        Url = Url,
        Credentials = credentials,
        TokenRealms = tokenRealms,
    };

    public Image Image(byte[] manifest, string repository = "team/app") => new(Authority, repository, Digest.Of(manifest));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>A request as the registry got it.</summary>
internal sealed record Asked(string Method, string Path, string Query, string Authorization, string Accept);

/// <summary>The registry adapter as the signer wires it, with short bounds.</summary>
internal sealed class Adapter : IDisposable
{
    private readonly ServiceProvider _services;

    public Adapter(RegistryClientOptions? options = null, TimeProvider? time = null, params (string Key, string Value)[] settings) => _services = new ServiceCollection()
        .AddSingleton(time ?? TimeProvider.System)
        .AddLogging()
        .AddMetrics()
        .AddSingleton(ConfigurationOf(settings))
        .AddAlibabaCloud(ConfigurationOf(settings))
        .AddSingleton(options ?? Quick)
        .AddRegistry()
        .BuildServiceProvider();

    private static IConfiguration ConfigurationOf((string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();

    public static RegistryClientOptions Quick => new()
    {
        RequestTimeout = TimeSpan.FromSeconds(5),
        VisibilityAttempts = 4,
        VisibilityPause = TimeSpan.FromMilliseconds(1),
    };

    public DistributionRegistry Registry => _services.GetRequiredService<DistributionRegistry>();

    public RegistryClient Client => _services.GetRequiredService<RegistryClient>();

    public ContainerRegistry Instances => _services.GetRequiredService<ContainerRegistry>();

    public RegistryContents Contents => _services.GetRequiredService<RegistryContents>();

    public CosignAttachment Attachment => _services.GetRequiredService<CosignAttachment>();

    public void Dispose() => _services.Dispose();
}
