using System.Collections.Concurrent;
using Kritis.Events.AlibabaCloud.Emulator.ContainerRegistry;
using Kritis.Events.AlibabaCloud.Emulator.Kms;
using Kritis.Events.AlibabaCloud.Emulator.Metadata;
using Kritis.Events.AlibabaCloud.Emulator.SecurityCenter;
using Kritis.Events.AlibabaCloud.Emulator.Signing;
using Kritis.Events.AlibabaCloud.Emulator.Sts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Kritis.Events.AlibabaCloud.Emulator;

/// <summary>
/// KMS, Container Registry, Security Center, STS and instance metadata on loopback. It checks signatures, time stamps and nonces, holds real
/// keys, keeps a quota, and fails when told to.
/// </summary>
public sealed class AlibabaEmulator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RequestCheck _check;
    private readonly Dictionary<string, IService> _services;
    private readonly MetadataService _metadata;
    private readonly Dictionary<int, string> _regions = [];

    private AlibabaEmulator(WebApplication app, EmulatorOptions options)
    {
        _app = app;
        Options = options;
        Accounts = new AccessKeys(options);
        Quota = new Quota(options.SignaturesPerSecond, options.Time);
        _check = new RequestCheck(Accounts, options.Time);
        _metadata = new MetadataService(Accounts, options);
        Keys = new KmsKeys();
        _services = new Dictionary<string, IService>(StringComparer.Ordinal)
        {
            ["2016-01-20"] = new KmsService(Keys, Quota, options),
            ["2018-12-01"] = new ContainerRegistryService(Instances, options),
            ["2018-12-03"] = new SecurityCenterService(Attestors, Policies),
            ["2015-04-01"] = new StsService(Accounts, options),
        };
    }

    /// <summary>What it was made with.</summary>
    public EmulatorOptions Options { get; }

    /// <summary>The end point that serves all regions.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>The access keys that are accepted.</summary>
    public AccessKeys Accounts { get; }

    /// <summary>The keys of KMS.</summary>
    public KmsKeys Keys { get; }

    /// <summary>The quota of signatures.</summary>
    public Quota Quota { get; }

    /// <summary>The instances of Container Registry, by id.</summary>
    public ConcurrentDictionary<string, RegistryInstance> Instances { get; } = new();

    /// <summary>Security Center's witnesses.</summary>
    public ConcurrentQueue<Attestor> Attestors { get; } = new();

    /// <summary>Security Center's policies.</summary>
    public ConcurrentQueue<BinarySecurityPolicy> Policies { get; } = new();

    /// <summary>What it is told to do wrong.</summary>
    public Faults Faults { get; } = new();

    /// <summary>What it was asked, in the order in which it came.</summary>
    public ConcurrentQueue<CallRecord> Calls { get; } = new();

    /// <summary>Starts one.</summary>
    public static async Task<AlibabaEmulator> StartAsync(EmulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new EmulatorOptions();
        var builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders();
        _ = builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            for (var number = 0; number <= options.Regions.Count; number++)
            {
                kestrel.Listen(System.Net.IPAddress.Loopback, number == 0 ? options.Port : 0, listen => _ = options.Certificate is { } certificate ? listen.UseHttps(certificate) : listen);
            }
        });
        var emulator = new AlibabaEmulator(builder.Build(), options);
        emulator._app.Run(emulator.HandleAsync);
        await emulator._app.StartAsync(cancellationToken);
        var addresses = emulator._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToArray();
        emulator.Url = addresses[0];
        for (var number = 0; number < options.Regions.Count; number++)
        {
            emulator._regions[addresses[number + 1].Port] = options.Regions[number];
        }

        return emulator;
    }

    /// <summary>The end point of one region.</summary>
    public Uri UrlOf(string region) => new UriBuilder(Url) { Port = _regions.Single(known => known.Value == region).Key }.Uri;

    /// <summary>Runs until it is told to stop.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Keys.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/latest"))
        {
            await _metadata.HandleAsync(context);
            return;
        }

        var request = await CloudRequest.ReadAsync(context, _regions.GetValueOrDefault(context.Connection.LocalPort));
        var record = new CallRecord(request.Action, request.Region, request.Parameters, Options.Time.GetUtcNow());
        Calls.Enqueue(record);
        if (!await Faults.ActAsync(context, request))
        {
            await AnswerAsync(context, request, record);
        }
    }

    private async Task AnswerAsync(HttpContext context, CloudRequest request, CallRecord record)
    {
        try
        {
            request.AccessKeyId = StsService.IsAnonymous(request) ? null : _check.Check(request);
            Accounts.RefuseUnlessAllowed(request.AccessKeyId, request.Action);
            var service = _services.GetValueOrDefault(request.Version ?? "")
                ?? throw new CloudErrorException(404, "InvalidVersion", "Specified parameter Version is not valid.");
            var answer = await service.AnswerAsync(request, context.RequestAborted);
            answer["RequestId"] = request.RequestId;
            record.Outcome = "ok";
            await CloudErrorException.WriteAsync(context, 200, request.RequestId, answer);
        }
        catch (CloudErrorException error)
        {
            record.Outcome = error.Code;
            await error.WriteAsync(context, request.RequestId);
        }
    }
}

/// <summary>One call.</summary>
/// <param name="Action">What was asked.</param>
/// <param name="Region">The region of the end point, null for the one that serves all.</param>
/// <param name="Parameters">With what.</param>
/// <param name="At">When.</param>
public sealed record CallRecord(string? Action, string? Region, IReadOnlyDictionary<string, string> Parameters, DateTimeOffset At)
{
    /// <summary><c>ok</c>, the error's code, or null while it is under way or where it was never answered.</summary>
    public string? Outcome { get; set; }
}
