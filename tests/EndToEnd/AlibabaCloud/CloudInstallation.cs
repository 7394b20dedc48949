using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.AlibabaCloud.Emulator.ContainerRegistry;
using Kritis.Events.AlibabaCloud.Emulator.Kms;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

[assembly: AssemblyFixture(typeof(Kritis.Events.EndToEnd.AlibabaCloud.CloudInstallation))]

namespace Kritis.Events.EndToEnd.AlibabaCloud;

/// <summary>
/// An installation as in Alibaba Cloud: an emulated KMS that allows 200 signatures a second and takes 10 ms for each, two instances of Container Registry
/// (CNCF Distribution, one behind a temporary password), RabbitMQ, a signer and a verifier as processes.
/// </summary>
public sealed class CloudInstallation : IAsyncLifetime
{
    public const string Region = "cn-hongkong";
    public const string InstanceId = "cri-q3hfjbvmd0000000";
    public const string InstanceName = "kritis-demo-registry";
    public const string OpenNamespace = "burst";
    public const string EventBridgeQueue = "acr-events";

    // bcrypt of `testpassword`.
    private const string PasswordHash = "cr_temp_user:$2b$05$cmhhTXG7lG3LCliNjPFwk.6ufSgGaGkgEdGyckHb.a8wzcqbFP6Ee\n";
    private readonly ServerFolder _folder = new("cloud");
    private readonly ConcurrentDictionary<string, HttpClient> _clients = new();

    public AlibabaEmulator Cloud { get; private set; } = null!;

    /// <summary>The key of the witness <c>release</c>.</summary>
    public KmsKey Key { get; private set; } = null!;

    /// <summary>The key of the witness <c>rotating</c>.</summary>
    public KmsKey RotatingKey { get; private set; } = null!;

    public RabbitMqServer Broker { get; private set; } = null!;

    public DockerRegistry Registry { get; private set; } = null!;

    /// <summary>The instance of the namespace <see cref="OpenNamespace"/>, which asks for no password: checking one costs CNCF Distribution more than all the rest.</summary>
    public DockerRegistry OpenRegistry { get; private set; } = null!;

    public ServiceProcess Signer { get; private set; } = null!;

    public ServiceProcess Verifier { get; private set; } = null!;

    public string ResourcesPath => _folder.File("resources");

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = CancellationToken.None;
        Cloud = await AlibabaEmulator.StartAsync(new EmulatorOptions { SignaturesPerSecond = 200, SigningTime = TimeSpan.FromMilliseconds(10) }, cancellationToken);
        Cloud.Instances[InstanceId] = new RegistryInstance { Id = InstanceId, Name = InstanceName, Region = Region, FixedPassword = "testpassword" };
        Key = Cloud.Keys.Create(alias: "alias/release");
        RotatingKey = Cloud.Keys.Create(alias: "alias/rotating");
        Broker = await RabbitMqServer.StartAsync(cancellationToken);
        Registry = await DockerRegistry.StartAsync([], PasswordHash, cancellationToken);
        OpenRegistry = await DockerRegistry.StartAsync([], htpasswd: null, cancellationToken);
        WriteResources();
        Signer = ServiceProcess.Start("cloud-signer", Installation.Assembly("Signer"), Installation.Loopback("http"), SignerSettings);
        Verifier = ServiceProcess.Start("cloud-verifier", Installation.Assembly("Verifier"), Installation.Loopback("https"), new Dictionary<string, string>
        {
            ["Bus:Uri"] = Broker.Uri.ToString(),
            ["Resources:Path"] = ResourcesPath,
            ["Data:Path"] = _folder.File("verifier"),
            ["Cluster:Name"] = "c0123456789abcdef",
        });
        await Signer.UntilReadyAsync(cancellationToken);
        await Verifier.UntilReadyAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        foreach (var part in new IAsyncDisposable?[] { Signer, Verifier, Registry, OpenRegistry, Broker, Cloud })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        _folder.Dispose();
    }

    public Dictionary<string, string> SignerSettings
    {
        get
        {
            return new Dictionary<string, string>(AccessTo(Cloud))
            {
                ["Bus:Uri"] = Broker.Uri.ToString(),
                ["Resources:Path"] = ResourcesPath,
                ["Data:Path"] = _folder.File("signer"),
                ["Intake:Token"] = Installation.Token,
                ["Intake:EventBridgeQueue"] = EventBridgeQueue,
            };
        }
    }

    /// <summary>The settings by which a signer reaches an emulated cloud.</summary>
    internal static Dictionary<string, string> AccessTo(AlibabaEmulator cloud)
    {
        var url = cloud.Url.GetLeftPart(UriPartial.Authority);
        return new Dictionary<string, string>
        {
            ["AlibabaCloud:AccessKeyId"] = cloud.Options.AccessKeyId,
            ["AlibabaCloud:AccessKeySecret"] = cloud.Options.AccessKeySecret,
            ["AlibabaCloud:Endpoints:Kms"] = url,
            ["AlibabaCloud:Endpoints:ContainerRegistry"] = url,
        };
    }

    /// <summary>The full name of an image in the instance.</summary>
    public string Name(string repository, string digest) => $"{RegistryOf(repository).Address}/{repository}@{digest}";

    private DockerRegistry RegistryOf(string repository) => repository.StartsWith(OpenNamespace + "/", StringComparison.Ordinal) ? OpenRegistry : Registry;

    /// <summary>Writes the witness with the states of the key's versions, in the order in which they were made.</summary>
    public void WriteWitness(string name, KmsKey key, params KeyState[] states) =>
        _folder.Write($"resources/witness-{name}.yaml", ResourceYaml.Write(WitnessOf(name, key, states)));

    /// <summary>A witness with the key <c>alias/NAME</c>, and the states of its versions in the order in which they were made.</summary>
    internal static Witness WitnessOf(string name, KmsKey key, params KeyState[] states) => new()
    {
        Name = name,
        Keys = [.. key.Versions.Zip(states, (version, state) => new WitnessKey
        {
            Kms = "alibaba",
            Region = Region,
            KeyId = $"alias/{name}",
            KeyVersionId = version,
            State = state,
            PublicKey = PublicKey.FromPem(key.PublicKeyOf(version), SignatureAlgorithm.RsaPkcs1Sha256),
        })],
    };

    /// <inheritdoc cref="RawPush.PutImageAsync"/>
    public Task<string> PutImageAsync(string repository, string tag, string content, CancellationToken cancellationToken) =>
        RawPush.PutImageAsync(ClientOf(repository), repository, tag, content, cancellationToken);

    /// <inheritdoc cref="RawPush.PutIndexAsync"/>
    public Task<string> PutIndexAsync(string repository, string tag, IReadOnlyList<string> digests, CancellationToken cancellationToken) =>
        RawPush.PutIndexAsync(ClientOf(repository), repository, tag, digests, cancellationToken);

    /// <summary>The body of a webhook as Container Registry sends it.</summary>
    public static JsonObject Webhook(string repository, string tag, string digest)
    {
        var (ns, name) = (repository.Split('/', 2)[0], repository.Split('/', 2)[1]);
        return new JsonObject
        {
            ["push_data"] = new JsonObject { ["digest"] = digest, ["pushed_at"] = "2026-11-23 12:25:46", ["tag"] = tag },
            ["repository"] = new JsonObject
            {
                ["date_created"] = "2026-10-28 21:31:42",
                ["name"] = name,
                ["namespace"] = ns,
                ["region"] = Region,
                ["repo_authentication_type"] = "NO_CERTIFIED",
                ["repo_full_name"] = repository,
                ["repo_origin_type"] = "NO_CERTIFIED",
                ["repo_type"] = "PUBLIC",
            },
        };
    }

    /// <summary>A CloudEvent as EventBridge delivers it; it carries no digest.</summary>
    public static JsonObject PushCompleted(string repository, string tag) => new()
    {
        ["id"] = Guid.NewGuid().ToString(),
        ["source"] = "acs.cr",
        ["specversion"] = "1.0",
        ["type"] = "cr:Artifact:PushCompleted",
        ["datacontenttype"] = "application/json;charset=utf-8",
        ["subject"] = $"acs:cr:{Region}:1234567890123456:instance/{InstanceId}",
        ["time"] = "2026-11-23T12:25:46.000Z",
        ["aliyunaccountid"] = "1234567890123456",
        ["aliyunpublishtime"] = "2026-11-23T12:25:46.100Z",
        ["aliyuneventbusname"] = "default",
        ["aliyunregionid"] = Region,
        ["data"] = new JsonObject
        {
            ["InstanceId"] = InstanceId,
            ["InstanceName"] = InstanceName,
            ["RegionId"] = Region,
            ["RepoNamespaceName"] = repository.Split('/', 2)[0],
            ["RepoName"] = repository.Split('/', 2)[1],
            ["RepoId"] = "crr-0000000000000000",
            ["Tag"] = tag,
        },
    };

    /// <summary>Sends an event to the signer's intake.</summary>
    public async Task<HttpStatusCode> SendAsync(string path, JsonObject body, CancellationToken cancellationToken, string mediaType = "application/json")
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, mediaType);
        using var answer = await Signer.Http.PostAsync(new Uri($"{path}?token={Installation.Token}", UriKind.Relative), content, cancellationToken);
        return answer.StatusCode;
    }

    public Task AdmittedAsync(string image, CancellationToken cancellationToken, string ns = "default") => Eventually.Async(
        $"{image} is admitted", () => Review.AdmitsAsync(Verifier, image, cancellationToken, ns), cancellationToken, () => Signer.Output);

    private HttpClient ClientOf(string repository) => _clients.GetOrAdd(RegistryOf(repository).Address, address =>
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://{address}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("cr_temp_user:testpassword"u8));
        return client;
    });

    private void WriteResources()
    {
        WriteRegistry(InstanceName, InstanceId, Registry, "kritis-*", "rotation");
        WriteRegistry("open", "cri-open", OpenRegistry, OpenNamespace);
        WriteWitness("release", Key, KeyState.Active);
        WriteWitness("rotating", RotatingKey, KeyState.Active);
        WriteRule(InstanceName, "kritis-demo", "release", attach: true);
        WriteRule("open", OpenNamespace, "release", attach: false);
        WriteRule(InstanceName, "rotation", "rotating", attach: false);
        WritePolicy("default", "release");
        WritePolicy("rotation", "rotating");
    }

    private void WritePolicy(string ns, string witness) => _folder.Write($"resources/policy-{ns}.yaml", ResourceYaml.Write(new SecurityPolicy
    {
        Name = ns,
        Enabled = true,
        Clusters = ["*"],
        Namespaces = [ns],
        Witnesses = [witness],
        AtLeast = 1,
        Enforcement = Enforcement.Enforce,
    }));

    private void WriteRegistry(string name, string instance, DockerRegistry registry, params string[] namespaces) =>
        _folder.Write($"resources/registry-{name}.yaml", ResourceYaml.Write(new ConfiguredRegistry
        {
            Name = name,
            Host = registry.Address,
            Aliases = [$"localhost:{registry.Port}"],
            Url = new Uri($"http://{registry.Address}"),
            Acr = new AcrInstance { InstanceId = instance, Region = Region, Namespaces = namespaces },
        }));

    private void WriteRule(string registry, string ns, string witness, bool attach) => _folder.Write($"resources/rule-{ns}.yaml", ResourceYaml.Write(new SigningRule
    {
        Name = ns,
        Registry = registry,
        Namespace = ns,
        Repositories = ["*"],
        Tags = ["*"],
        Witness = witness,
        Mode = SigningMode.Automatic,
        Attach = attach,
    }));
}
