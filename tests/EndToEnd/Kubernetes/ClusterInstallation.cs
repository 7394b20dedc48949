using Kritis.Events.Attestations.Keys;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>
/// A whole installation in a cluster: a real API server with its controllers, what <c>deploy/kubernetes</c> installs, RabbitMQ, CNCF Distribution, a signer and
/// two verifiers as processes that sign in as the service accounts of the manifests. There are no nodes: the Deployments' own Pods wait for ever,
/// and the Service leads to the processes instead.
/// </summary>
[CollectionDefinition]
public sealed class ClusterInstallation : ICollectionFixture<ClusterInstallation>, IAsyncLifetime
{
    public const string ClusterName = "real";
    public const string RegistryAlias = "registry-vpc.example.com";
    private readonly ServerFolder _folder = new("cluster");
    private readonly List<ServiceProcess> _services = [];
    private int _namespaces;

    public KubernetesApiServer Server { get; private set; } = null!;

    public RabbitMqServer Broker { get; private set; } = null!;

    public DockerRegistry Registry { get; private set; } = null!;

    public ServiceProcess Signer { get; private set; } = null!;

    /// <summary>The verifier that the Service leads to.</summary>
    public ServiceProcess Verifier { get; private set; } = null!;

    /// <summary>A second replica, beside it.</summary>
    public ServiceProcess Replica { get; private set; } = null!;

    public string PublicKeyPem { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = CancellationToken.None;
        Broker = await RabbitMqServer.StartAsync(cancellationToken);
        Server = await KubernetesApiServer.StartAsync(cancellationToken);
        await Server.StartControllerManagerAsync(cancellationToken);
        var intake = Installation.Loopback("http");
        Registry = await DockerRegistry.StartAsync([(new Uri(intake, "/events/distribution"), Installation.Token)], htpasswd: null, cancellationToken);
        PublicKeyPem = LocalKeyFile.Create(Path.Combine(_folder.File("signer"), "keys", "release.pem"), SignatureAlgorithm.RsaPkcs1Sha256).Pem;
        var (first, second) = (Installation.Loopback("https"), Installation.Loopback("https"));
        await ShippedManifests.ApplyAsync(Server, first.Port, cancellationToken);
        await ApplyAsync(ClusterResources.Of(Registry, PublicKeyPem), cancellationToken);
        Signer = await StartAsync("signer", "Signer", intake, new() { ["Intake:Token"] = Installation.Token }, cancellationToken);
        Verifier = await StartAsync("verifier", "Verifier", first, [], cancellationToken);
        Replica = await StartAsync("replica", "Verifier", second, [], cancellationToken);
        await Signer.UntilReadyAsync(cancellationToken);
        await Verifier.UntilReadyAsync(cancellationToken);
        await Replica.UntilReadyAsync(cancellationToken);
        await UntilTheWebhookIsTrustedAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        foreach (var server in new IAsyncDisposable?[] { Server, Registry, Broker })
        {
            await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        _folder.Dispose();
    }

    /// <summary>A namespace that no other test has; those whose name begins with <c>checked-</c> are selected by a policy.</summary>
    public async Task<string> NamespaceAsync(CancellationToken cancellationToken, string prefix = "checked", IReadOnlyDictionary<string, string>? labels = null)
    {
        var name = $"{prefix}-{Interlocked.Increment(ref _namespaces)}";
        await Server.CreateNamespaceAsync(name, labels, cancellationToken);
        return name;
    }

    /// <summary>Pushes a new image below <c>kritis-demo</c> and waits until both verifiers know its attestation.</summary>
    /// <returns>The image as it is admitted: <c>host/repository@digest</c>.</returns>
    public async Task<string> SignedAsync(string name, CancellationToken cancellationToken)
    {
        using var layout = OciLayout.Image($"{name} {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{Registry.Address}/kritis-demo/{name}:1", cancellationToken);
        var image = $"{Registry.Address}/kritis-demo/{name}@{layout.Digest}";
        foreach (var verifier in new[] { Verifier, Replica })
        {
            await Eventually.Async($"{image} is admitted", () => Review.AdmitsAsync(verifier, image, cancellationToken, "checked-probe"), cancellationToken,
                () => Signer.Output + verifier.Output);
        }

        return image;
    }

    public async Task ApplyAsync(string manifest, CancellationToken cancellationToken)
    {
        var applied = await Server.KubectlAsync(manifest, cancellationToken, "apply", "-f", "-");
        applied.Succeeded.Should().BeTrue(applied.ToString());
    }

    /// <summary>Runs kubectl and expects it to do what it was asked.</summary>
    public async Task<string> KubectlAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var result = await Server.KubectlAsync(cancellationToken, arguments);
        result.Succeeded.Should().BeTrue($"kubectl {string.Join(' ', arguments)}: {result}\n{Verifier.Output}");
        return result.Output;
    }

    private async Task<ServiceProcess> StartAsync(string name, string project, Uri address, Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        settings["Bus:Uri"] = Broker.Uri.ToString();
        settings["Data:Path"] = _folder.File(project == "Signer" ? "signer" : name);
        settings["Resources:Source"] = "Kubernetes";
        settings["Kubernetes:Enabled"] = "true";
        settings["Kubernetes:Namespace"] = ShippedManifests.Namespace;
        settings["Kubernetes:Kubeconfig"] = await Server.KubeconfigForAsync(ShippedManifests.Namespace, $"kritis-{project.ToLowerInvariant()}", cancellationToken);
        if (project == "Verifier")
        {
            settings["Cluster:Name"] = ClusterName;
            // So that certificates change under every test.
            settings["Tls:CertificateLifetime"] = "00:01:00";
        }

        var service = ServiceProcess.Start(name, Installation.Assembly(project), address, settings);
        _services.Add(service);
        return service;
    }

    /// <summary>The verifier puts its authority into the webhook configuration by itself; until then the API server refuses everything.</summary>
    private Task UntilTheWebhookIsTrustedAsync(CancellationToken cancellationToken) => Eventually.Async("the API server trusts the webhook", async () =>
    {
        var result = await Server.KubectlAsync(cancellationToken, "create", "deployment", "probe", "--image=probe:1", "-n", "default", "--dry-run=server");
        return result.Error.Contains("image probe:1 is not attested", StringComparison.Ordinal);
    }, cancellationToken, () => Verifier.Output + Server.Log);
}
