using System.Globalization;
using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.EndToEnd.AlibabaCloud;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Faults;

/// <summary>
/// Two signers and two verifiers with RabbitMQ, CNCF Distribution and an emulated KMS that counts its calls. Every service has a wire of its own to the
/// broker, both signers share one to the registry. The first verifier's data folder can be filled, and the second verifier's clock is 45 minutes ahead.
/// </summary>
internal sealed class FaultyInstallation(FaultySetup setup) : IAsyncDisposable
{
    public const string SignedNamespace = "kritis-demo";

    /// <summary>A service is not ready while the broker is away, which takes its time to start when everything else does, too.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private const string FakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    private readonly ServerFolder _folder = new("faults");
    private readonly Uri[] _signerAddresses = [Installation.Loopback("http"), Installation.Loopback("http")];
    private readonly Uri[] _verifierAddresses = [Installation.Loopback("https"), Installation.Loopback("https")];
    private readonly ServiceProcess[] _signers = new ServiceProcess[2];
    private readonly ServiceProcess[] _verifiers = new ServiceProcess[2];
    private readonly List<ServiceProcess> _past = [];
    private TcpProxy[] _busWires = [];
    private LimitedFolder _limited = null!;

    public AlibabaEmulator Cloud { get; private set; } = null!;

    public RabbitMqServer Broker { get; private set; } = null!;

    public DockerRegistry Registry { get; private set; } = null!;

    public TcpProxy RegistryWire { get; private set; } = null!;

    public LimitedFolder Disk => _limited;

    public IReadOnlyList<ServiceProcess> Signers => _signers;

    public IReadOnlyList<ServiceProcess> Verifiers => _verifiers;

    public string ResourcesPath => _folder.File("resources");

    public static async Task<FaultyInstallation> StartAsync(CancellationToken cancellationToken, FaultySetup? setup = null)
    {
        var installation = new FaultyInstallation(setup ?? new FaultySetup());
        try
        {
            await installation.StartPartsAsync(cancellationToken);
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    public TcpProxy SignerWire(int number) => _busWires[number];

    public TcpProxy VerifierWire(int number) => _busWires[2 + number];

    public async Task KillSignerAsync(int number)
    {
        await _signers[number].KillAsync();
        _past.Add(_signers[number]);
    }

    public async Task KillVerifierAsync(int number)
    {
        await _verifiers[number].KillAsync();
        _past.Add(_verifiers[number]);
    }

    public ServiceProcess StartSigner(int number) => _signers[number] = ServiceProcess.Start(
        $"signer{number}", Installation.Assembly("Signer"), _signerAddresses[number], new Dictionary<string, string>(CloudInstallation.AccessTo(Cloud))
        {
            ["Bus:Uri"] = setup.Cluster?.Uri ?? BusThrough(SignerWire(number)),
            ["Resources:Path"] = ResourcesPath,
            ["Data:Path"] = _folder.File($"signer{number}"),
            ["Intake:Token"] = Installation.Token,
            // What no intake accepted is not to be attested here.
            ["Reconcile:AtStart"] = "false",
            ["Signing:ConcurrentPushes"] = setup.ConcurrentPushes.ToString(CultureInfo.InvariantCulture),
        });

    public ServiceProcess StartVerifier(int number) => _verifiers[number] = ServiceProcess.Start(
        $"verifier{number}", Installation.Assembly("Verifier"), _verifierAddresses[number], new Dictionary<string, string>
        {
            ["Bus:Uri"] = setup.Cluster?.Uri ?? BusThrough(VerifierWire(number)),
            ["Resources:Path"] = ResourcesPath,
            ["Data:Path"] = number == 0 ? _limited.Path : _folder.File("verifier1"),
            ["Snapshots:Interval"] = "00:00:02",
            ["Cluster:Name"] = "end-to-end",
        }, number == 0 ? null : new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = FakeTime,
            ["FAKETIME"] = "+45m",
            ["DONT_FAKE_MONOTONIC"] = "1",
        });

    /// <summary>What the KMS was paid for: every signature it made, by what was signed.</summary>
    public IReadOnlyList<string> PaidSignatures() =>
        [.. Cloud.Calls.Where(call => call is { Action: "AsymmetricSign", Outcome: "ok" }).Select(call => call.Parameters["Digest"])];

    public Task<string> KritisAsync(CancellationToken cancellationToken, params string[] arguments) => ChildProcess.RunAsync(
        "dotnet", [KritisCommand.Assembly, .. arguments], cancellationToken, new Dictionary<string, string>
        {
            ["KRITIS_Bus__Uri"] = setup.Cluster?.Uri ?? Broker.Uri.ToString(),
            ["KRITIS_Resources__Path"] = ResourcesPath,
            ["KRITIS_Data__Path"] = _folder.File("cli"),
        });

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _past.Concat(_signers).Concat(_verifiers).Where(service => service is not null))
        {
            service.Signal("CONT");
            await service.DisposeAsync();
        }

        foreach (var part in new IAsyncDisposable?[] { Registry, setup.Cluster is null ? Broker : null, Cloud, RegistryWire, _limited }.Concat(_busWires))
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        _folder.Dispose();
    }

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(FakeTime))
        {
            throw new InvalidOperationException($"{FakeTime} is not there; tests/run installs the package faketime");
        }

        _limited = await LimitedFolder.CreateAsync(cancellationToken);
        Cloud = await AlibabaEmulator.StartAsync(new EmulatorOptions { SignaturesPerSecond = 200, SigningTime = setup.SigningTime }, cancellationToken);
        Broker = setup.Cluster?.Nodes[^1] ?? await RabbitMqServer.StartAsync(cancellationToken);
        Registry = await DockerRegistry.StartAsync([], htpasswd: null, cancellationToken);
        RegistryWire = new TcpProxy(Registry.Port);
        _busWires = [.. Enumerable.Range(0, 4).Select(_ => new TcpProxy(Broker.Port))];
        WriteResources();
        foreach (var service in new[] { StartSigner(0), StartSigner(1), StartVerifier(0), StartVerifier(1) })
        {
            await service.UntilReadyAsync(cancellationToken);
        }
    }

    private static string BusThrough(TcpProxy wire) => $"amqp://guest:guest@127.0.0.1:{wire.Port}/";

    private void WriteResources()
    {
        var key = Cloud.Keys.Create(alias: "alias/release");
        _folder.Write("resources/registry.yaml", ResourceYaml.Write(new ConfiguredRegistry
        {
            Name = "main",
            Host = Registry.Address,
            Url = new Uri($"http://127.0.0.1:{RegistryWire.Port}"),
        }));
        _folder.Write("resources/witness.yaml", ResourceYaml.Write(CloudInstallation.WitnessOf("release", key, KeyState.Active)));
        _folder.Write("resources/rule.yaml", ResourceYaml.Write(new SigningRule
        {
            Name = "release",
            Registry = "main",
            Namespace = SignedNamespace,
            Repositories = ["*"],
            Tags = ["*"],
            Witness = "release",
            Mode = SigningMode.Automatic,
            Attach = true,
        }));
        _folder.Write("resources/policy.yaml", ResourceYaml.Write(new SecurityPolicy
        {
            Name = "default-namespace",
            Enabled = true,
            Clusters = ["*"],
            Namespaces = ["default"],
            Witnesses = ["release"],
            AtLeast = 1,
            Enforcement = Enforcement.Enforce,
        }));
    }
}
