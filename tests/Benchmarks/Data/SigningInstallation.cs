using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>RabbitMQ, CNCF Distribution, a signer and, where it is asked for, a verifier and an emulated KMS: real processes on this machine.</summary>
internal sealed class SigningInstallation : IAsyncDisposable
{
    public const string Token = "0123456789abcdef0123456789abcdef";
    public const string Namespace = "kritis-demo";
    private const string Region = "cn-hongkong";
    private static readonly TimeSpan WaitForAttestation = TimeSpan.FromSeconds(5);
    private readonly ServerFolder _folder = new("signing");
    private readonly List<IAsyncDisposable> _parts = [];

    private SigningInstallation()
    {
    }

    public RabbitMqServer Broker { get; private set; } = null!;

    public DockerRegistry Registry { get; private set; } = null!;

    public ServiceProcess Signer { get; private set; } = null!;

    /// <summary>The verifier; null where none was asked for.</summary>
    public ServiceProcess? Verifier { get; private set; }

    /// <summary>Starts one.</summary>
    /// <param name="cloud">The KMS that signs; null for an RSA-2048 key in a file.</param>
    /// <param name="withVerifier">Whether a verifier runs beside the signer.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<SigningInstallation> StartAsync(AlibabaEmulator? cloud, bool withVerifier, CancellationToken cancellationToken)
    {
        var made = new SigningInstallation();
        try
        {
            await made.StartPartsAsync(cloud, withVerifier, cancellationToken);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var at = _parts.Count - 1; at >= 0; at--)
        {
            await _parts[at].DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartPartsAsync(AlibabaEmulator? cloud, bool withVerifier, CancellationToken cancellationToken)
    {
        Broker = Keep(await RabbitMqServer.StartAsync(cancellationToken));
        Registry = Keep(await DockerRegistry.StartAsync([], htpasswd: null, cancellationToken));
        WriteResources(cloud is null ? LocalKey() : KeyOf(cloud));
        Signer = Start("Signer", "http", new Dictionary<string, string>(cloud is null ? [] : AccessTo(cloud)) { ["Intake:Token"] = Token });
        Verifier = withVerifier ? Start("Verifier", "https", []) : null;
        await Signer.UntilReadyAsync(cancellationToken);
        await (Verifier?.UntilReadyAsync(cancellationToken) ?? Task.CompletedTask);
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    private ServiceProcess Start(string project, string scheme, Dictionary<string, string> settings) =>
        Keep(ServiceProcess.Start(project, BuiltService.Assembly(project), BuiltService.Loopback(scheme), new Dictionary<string, string>(settings)
        {
            ["Bus:Uri"] = Broker.Uri.ToString(),
            ["Resources:Path"] = _folder.File("resources"),
            ["Data:Path"] = _folder.File(project),
        }));

    private WitnessKey LocalKey() => new()
    {
        Kms = "local",
        KeyId = BenchmarkPolicies.WitnessName,
        State = KeyState.Active,
        PublicKey = LocalKeyFile.Create(_folder.File($"Signer/keys/{BenchmarkPolicies.WitnessName}.pem"), SignatureAlgorithm.RsaPkcs1Sha256),
    };

    private static WitnessKey KeyOf(AlibabaEmulator cloud)
    {
        var key = cloud.Keys.Create(alias: $"alias/{BenchmarkPolicies.WitnessName}");
        var version = key.Versions.Single();
        return new WitnessKey
        {
            Kms = "alibaba",
            Region = Region,
            KeyId = $"alias/{BenchmarkPolicies.WitnessName}",
            KeyVersionId = version,
            State = KeyState.Active,
            PublicKey = PublicKey.FromPem(key.PublicKeyOf(version), SignatureAlgorithm.RsaPkcs1Sha256),
        };
    }

    private static Dictionary<string, string> AccessTo(AlibabaEmulator cloud) => new()
    {
        ["AlibabaCloud:AccessKeyId"] = cloud.Options.AccessKeyId,
        ["AlibabaCloud:AccessKeySecret"] = cloud.Options.AccessKeySecret,
        ["AlibabaCloud:Endpoints:Kms"] = cloud.Url.GetLeftPart(UriPartial.Authority),
    };

    private void WriteResources(WitnessKey key)
    {
        _ = _folder.Write("resources/registry.yaml", ResourceYaml.Write(new ConfiguredRegistry
        {
            Name = "main",
            Host = Registry.Address,
            Url = new Uri($"http://{Registry.Address}"),
        }));
        _ = _folder.Write("resources/witness.yaml", ResourceYaml.Write(new Witness { Name = BenchmarkPolicies.WitnessName, Keys = [key] }));
        _ = _folder.Write("resources/rule.yaml", ResourceYaml.Write(new SigningRule
        {
            Name = "everything",
            Registry = "main",
            Namespace = Namespace,
            Repositories = ["*"],
            Tags = ["*"],
            Witness = BenchmarkPolicies.WitnessName,
            Mode = SigningMode.Automatic,
            Attach = false,
        }));
        _ = _folder.Write("resources/policy.yaml", ResourceYaml.Write(BenchmarkPolicies.Among(0)[0] with { WaitForAttestation = WaitForAttestation }));
    }
}
