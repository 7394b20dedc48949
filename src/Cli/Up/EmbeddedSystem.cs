using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Cli.EmbeddedRegistry;

namespace Kritis.Events.Cli.Up;

/// <summary>
/// Signer, verifier, in-memory bus, SQLite log, local key and a small registry in one process. The three speak real HTTP(S)
/// with one another, as they would on three machines.
/// </summary>
internal sealed class EmbeddedSystem : IAsyncDisposable
{
    private readonly WebApplication _registry;
    private readonly WebApplication _signer;
    private readonly WebApplication _verifier;

    private EmbeddedSystem(EmbeddedOptions options, WebApplication registry, WebApplication signer, WebApplication verifier) =>
        (Options, _registry, _signer, _verifier) = (options, registry, signer, verifier);

    public EmbeddedOptions Options { get; }

    public ResourceSet Resources => _signer.Services.GetRequiredService<IResourceSource>().Current;

    /// <summary>What is attested, as the signer knows it: the verifier looks at signatures only when their images are asked for.</summary>
    public AttestationIndex Attested => _signer.Services.GetRequiredService<AttestationIndex>();

    /// <summary>The certificate authority that made the webhook's certificate.</summary>
    public X509Certificate2 CertificateAuthority =>
        X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(Options.DataPath, "tls", "ca.crt")));

    public static async Task<EmbeddedSystem> StartAsync(EmbeddedOptions options, EmbeddedEvents events, CancellationToken cancellationToken)
    {
        FirstResources.Prepare(options);
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var signer = SignerApp(options, events, token);
        var log = signer.Services.GetRequiredService<IAttestationLog>();
        var verifier = VerifierApp(options, events, log);
        var registry = RegistryApp(options, token);
        var system = new EmbeddedSystem(options, registry, signer, verifier);
        try
        {
            await signer.StartAsync(cancellationToken);
            await verifier.StartAsync(cancellationToken);
            await signer.Services.GetRequiredService<IndexFollower>().CaughtUp.WaitAsync(cancellationToken);
            await verifier.Services.GetRequiredService<IndexFollower>().CaughtUp.WaitAsync(cancellationToken);
            verifier.Services.GetRequiredService<IndexWriter>().Added += events.OnAttested;
            await registry.StartAsync(cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops what takes pushes first, so that what was accepted is still signed.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var app in new[] { _registry, _signer, _verifier })
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    private static WebApplication SignerApp(EmbeddedOptions options, EmbeddedEvents events, string token) => Signer.Program.Create(
        [.. options.Settings, $"--urls=http://127.0.0.1:{options.Ports.Signer}", $"--Intake:Token={token}"],
        Quiet,
        events.OfSigner);

    private static WebApplication VerifierApp(EmbeddedOptions options, EmbeddedEvents events, IAttestationLog log) => Verifier.Program.Create(
        [.. options.Settings, $"--urls=https://127.0.0.1:{options.Ports.Verifier}"],
        builder =>
        {
            Quiet(builder);
            // One log object for both: an append by the signer wakes the verifier at once.
            _ = builder.Services.AddSingleton(log);
        },
        events.OfVerifier);

    private static WebApplication RegistryApp(EmbeddedOptions options, string token)
    {
        // Watching for settings files would watch every folder below the current one, and never come to an end where files come and go there all the time.
        var builder = WebApplication.CreateSlimBuilder([$"--urls=http://127.0.0.1:{options.Ports.Registry}", "--hostBuilder:reloadConfigOnChange=false"]);
        Quiet(builder);
        _ = builder.Services.AddEmbeddedRegistry(new EmbeddedRegistryOptions
        {
            DataFolder = Path.Combine(options.DataPath, "registry"),
            NotificationUrl = options.Ports.Intake,
            NotificationToken = token,
        });
        var app = builder.Build();
        app.MapEmbeddedRegistry();
        return app;
    }

    /// <summary>The console belongs to what the user wants to see; only warnings are told beside it, on standard error.</summary>
    private static void Quiet(WebApplicationBuilder builder)
    {
        _ = builder.Logging.ClearProviders()
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddSimpleConsole(console => console.SingleLine = true);
    }
}

/// <summary>How the embedded system is set up.</summary>
internal sealed record EmbeddedOptions
{
    public required string DataPath { get; init; }

    public required string ResourcesPath { get; init; }

    public required EmbeddedPorts Ports { get; init; }

    public IReadOnlyList<string> Settings => ["--Bus:Uri=memory:", $"--Data:Path={DataPath}", $"--Resources:Path={ResourcesPath}"];
}
