using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Bus;
using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Reconcile;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Signing;

namespace Kritis.Events.Cli.Signing;

/// <summary>
/// What a person needs to sign or revoke as a witness: the resources, the witness's key, the registry and the log, without intake or
/// work queue. Whoever runs it must be able to use the key; the bus alone gives nobody a signature.
/// </summary>
internal sealed class WitnessTools(WebApplication app) : IAsyncDisposable
{
    public ResourceSet Resources => app.Services.GetRequiredService<IResourceSource>().Current;

    public ImageSigning Signing => app.Services.GetRequiredService<ImageSigning>();

    public Revocation Revocation => app.Services.GetRequiredService<Revocation>();

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>Starts them and reads the log to its end.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="sendsPushes">Whether pushes are sent to running signers, for which a broker is needed.</param>
    /// <exception cref="StartRefusedException">The log cannot be read, or there is no broker to send to.</exception>
    public static async Task<WitnessTools> StartAsync(CancellationToken cancellationToken, bool sendsPushes = false)
    {
        var bus = Environment.GetEnvironmentVariable("KRITIS_Bus__Uri") ?? "memory:";
        var builder = KritisService.CreateBuilder("cli", [$"--Bus:Uri={bus}"], "http://127.0.0.1:0");
        _ = builder.Logging.ClearProviders();
        builder.AddKubernetes();
        builder.Services.AddResources(builder.Configuration, HealthEndpoints.Ready);
        builder.Services.AddAttestationLog(builder.Broker(), builder.DataPath(), "cli");
        builder.Services.AddAttestationIndex(keepSignatures: true, HealthEndpoints.Ready);
        builder.Services.AddAlibabaCloud(builder.Configuration);
        builder.Services.AddRegistry();
        builder.Services.AddKeyManagement(builder.Configuration);
        builder.Services.AddSigning(builder.Configuration);
        builder.Services.AddReconciliation();
        if (sendsPushes)
        {
            AddPublisher(builder, bus);
        }

        var app = builder.Build();
        var tools = new WitnessTools(app);
        try
        {
            await app.ReadLogAsync(LogReading.Patience, cancellationToken);
            return tools;
        }
        catch
        {
            await tools.DisposeAsync();
            throw;
        }
    }

    private static void AddPublisher(WebApplicationBuilder builder, string bus)
    {
        if (bus == "memory:")
        {
            throw new StartRefusedException(
                "Bus:Uri is 'memory:', which ends at its own process: no signer would hear of it. 'kritis up' reconciles when it starts; --dry-run lists what is missing");
        }

        _ = builder.Services.AddOptions<IntakeOptions>();
        _ = builder.Services.AddSingleton<PushPublisher>();
        _ = builder.AddBus(needed: true);
    }

    /// <summary>The witness of that name.</summary>
    /// <exception cref="StartRefusedException">There is none.</exception>
    public Witness WitnessOf(string name) => Resources.Witnesses.TryGetValue(name, out var witness)
        ? witness
        : throw new StartRefusedException($"--witness {Excerpt.Of(name)}: no such Witness resource; there are: {string.Join(", ", Resources.Witnesses.Keys.Order())}");

    /// <summary>The image that <paramref name="text"/> names, under the name that is signed, and its registry.</summary>
    /// <exception cref="StartRefusedException">It names no digest, or no configured registry.</exception>
    public (Image Image, ConfiguredRegistry Registry) ImageOf(string text)
    {
        if (!ImageReference.TryParse(text, out var reference, out var problem))
        {
            throw new StartRefusedException($"'{Excerpt.Of(text)}' is not an image: {problem}");
        }

        if (reference.Digest is not { } digest)
        {
            throw new StartRefusedException($"'{Excerpt.Of(text)}' names no digest; a tag can be moved: use {reference.Name}@sha256:…");
        }

        var registry = Resources.RegistryOf(reference.Registry)
            ?? throw new StartRefusedException($"no Registry resource names the host {reference.Registry}");
        return (new Image(registry.Host, reference.Repository, digest), registry);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
