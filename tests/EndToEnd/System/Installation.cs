using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.EndToEnd.System;

/// <summary>
/// A whole installation of real parts: RabbitMQ, CNCF Distribution, two signers and two verifiers as processes of their own. The registry
/// tells both signers of every push, so that each push arrives twice.
/// </summary>
public sealed class Installation : IAsyncLifetime
{
    public const string Token = "0123456789abcdef0123456789abcdef";
    public const string WitnessName = "release";
    private readonly ServerFolder _folder = new("installation");
    private readonly List<ServiceProcess> _services = [];
    private PublicKey? _publicKey;

    public RabbitMqServer Broker { get; private set; } = null!;

    public DockerRegistry Registry { get; private set; } = null!;

    public IReadOnlyList<ServiceProcess> Signers { get; private set; } = [];

    public IReadOnlyList<ServiceProcess> Verifiers { get; private set; } = [];

    public string PublicKeyPem => _publicKey!.Pem;

    public string PublicKeyFingerprint => _publicKey!.Fingerprint.ToString();

    public string ResourcesPath => _folder.File("resources");

    public string SignerDataPath => _folder.File("signer");

    /// <summary>The data folder of the verifier of that name.</summary>
    public string DataPathOf(string verifier) => _folder.File(verifier);

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = CancellationToken.None;
        Broker = await RabbitMqServer.StartAsync(cancellationToken);
        var intakes = new[] { Loopback("http"), Loopback("http") };
        Registry = await DockerRegistry.StartAsync(
            [.. intakes.Select(intake => (new Uri(intake, "/events/distribution"), Token))], htpasswd: null, cancellationToken);
        WriteResources();
        Signers = [.. intakes.Select((intake, number) => StartSigner($"signer{number}", intake))];
        Verifiers = [StartVerifier("verifier0"), StartVerifier("verifier1")];
        foreach (var service in Signers.Concat(Verifiers))
        {
            await service.UntilReadyAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        if (Registry is not null)
        {
            await Registry.DisposeAsync();
        }

        if (Broker is not null)
        {
            await Broker.DisposeAsync();
        }

        _folder.Dispose();
    }

    public ServiceProcess StartVerifier(string name) => StartVerifier(name, Loopback("https"), new Dictionary<string, string>());

    public ServiceProcess StartVerifier(string name, Uri address, IReadOnlyDictionary<string, string> settings) => Start(name, "Verifier", address, new(settings)
    {
        ["Bus:Uri"] = Broker.Uri.ToString(),
        ["Resources:Path"] = ResourcesPath,
        ["Data:Path"] = _folder.File(name),
        ["Cluster:Name"] = "end-to-end",
    });

    public ServiceProcess StartSigner(string name, Uri address, IReadOnlyDictionary<string, string>? settings = null) => Start(name, "Signer", address, new(settings ?? new Dictionary<string, string>())
    {
        ["Bus:Uri"] = Broker.Uri.ToString(),
        ["Resources:Path"] = ResourcesPath,
        ["Data:Path"] = SignerDataPath,
        ["Intake:Token"] = Token,
    });

    /// <summary>The full name of an image in this installation's registry.</summary>
    public string Name(string repository, string digest) => $"{Registry.Address}/{repository}@{digest}";

    public static Uri Loopback(string scheme) => new($"{scheme}://127.0.0.1:{FreePorts.Next()}");

    private ServiceProcess Start(string name, string project, Uri address, Dictionary<string, string> settings)
    {
        var service = ServiceProcess.Start(name, Assembly(project), address, settings);
        _services.Add(service);
        return service;
    }

    /// <summary>The service as it was built beside these tests, in the same configuration.</summary>
    internal static string Assembly(string project)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, "src", project, "bin", output.Parent.Name, output.Name, $"Kritis.Events.{project}.dll");
    }

    private void WriteResources()
    {
        _publicKey = LocalKeyFile.Create(Path.Combine(SignerDataPath, "keys", "release.pem"), SignatureAlgorithm.RsaPkcs1Sha256);
        var second = LocalKeyFile.Create(Path.Combine(SignerDataPath, "keys", "qa.pem"), SignatureAlgorithm.EcdsaSha256);
        _folder.Write("resources/registry.yaml", ResourceYaml.Write(new ConfiguredRegistry
        {
            Name = "main",
            Host = Registry.Address,
            Aliases = [$"localhost:{Registry.Port}"],
            Url = new Uri($"http://{Registry.Address}"),
            // Nothing keeps this registry's tags from being moved: what the resource declares is a promise, and tests break it.
            ImmutableTags = ["frozen/*", "by-hand/frozen"],
        }));
        WriteWitness(WitnessName, _publicKey);
        WriteWitness("qa", second);
        WriteRule("release", "kritis-demo", WitnessName, SigningMode.Automatic);
        WriteRule("both-release", "two-witnesses", WitnessName, SigningMode.Automatic);
        WriteRule("both-qa", "two-witnesses", "qa", SigningMode.Automatic);
        WriteRule("frozen", "frozen", WitnessName, SigningMode.Automatic);
        WriteRule("by-hand", "by-hand", WitnessName, SigningMode.Manual);
        WriteRule("versions", "versions", WitnessName, SigningMode.Automatic, "v*");
        WritePolicy("default-namespace", "default", WitnessName);
        WritePolicy("two-witnesses", "strict", WitnessName, "qa");
        WritePolicy("trial", "trial", Enforcement.DryRun, WitnessName);
    }

    private void WriteWitness(string name, PublicKey key) => _folder.Write($"resources/witness-{name}.yaml", ResourceYaml.Write(new Witness
    {
        Name = name,
        Keys = [new WitnessKey { Kms = "local", KeyId = name, State = KeyState.Active, PublicKey = key }],
    }));

    private void WriteRule(string name, string ns, string witness, SigningMode mode, string tags = "*") => _folder.Write($"resources/rule-{name}.yaml", ResourceYaml.Write(new SigningRule
    {
        Name = name,
        Registry = "main",
        Namespace = ns,
        Repositories = ["*"],
        Tags = [tags],
        Witness = witness,
        Mode = mode,
        Attach = true,
    }));

    private void WritePolicy(string name, string ns, params string[] witnesses) => WritePolicy(name, ns, Enforcement.Enforce, witnesses);

    private void WritePolicy(string name, string ns, Enforcement enforcement, params string[] witnesses) => _folder.Write($"resources/policy-{name}.yaml", ResourceYaml.Write(new SecurityPolicy
    {
        Name = name,
        Enabled = true,
        Clusters = ["end-*"],
        Namespaces = [ns],
        Witnesses = witnesses,
        AtLeast = witnesses.Length,
        Enforcement = enforcement,
    }));
}
