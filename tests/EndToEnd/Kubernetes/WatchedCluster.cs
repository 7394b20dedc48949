using System.Net;
using System.Text;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>
/// A cluster without controllers whose API server asks one of two verifiers, which may do there what the shipped roles let them. The rest is the
/// installation's: the broker, the registry, the signers and the resources.
/// </summary>
[CollectionDefinition]
public sealed class WatchedCluster(Installation installation) : ICollectionFixture<WatchedCluster>, IAsyncLifetime
{
    private const string Namespace = "kritis";
    private readonly ServerFolder _folder = new("watched");
    private readonly List<ServiceProcess> _verifiers = [];
    private Dictionary<string, string> _settings = [];

    public KubernetesApiServer Server { get; private set; } = null!;

    public Installation Installation => installation;

    /// <summary>The verifier that the API server asks, and a second replica.</summary>
    public IReadOnlyList<ServiceProcess> Verifiers => _verifiers;

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = CancellationToken.None;
        Server = await KubernetesApiServer.StartAsync(cancellationToken);
        foreach (var ns in new[] { Namespace, "trial", "free" })
        {
            await Server.CreateNamespaceAsync(ns, labels: null, cancellationToken);
        }

        await KubectlAsync(cancellationToken, "create", "serviceaccount", "default", "-n", "default");
        await KubectlAsync(cancellationToken, "create", "serviceaccount", "kritis-verifier", "-n", Namespace);
        await KubectlAsync(cancellationToken, "apply", "-f", Path.Combine(Repository.Root, "deploy/kubernetes/base/verifier-rbac.yaml"));
        var kubeconfig = await Server.KubeconfigForAsync(Namespace, "kritis-verifier", cancellationToken);
        using var authority = new TestAuthority("kritis-test-webhook");
        var certificate = authority.Server("verifier", ["localhost"], [IPAddress.Loopback]);
        _settings = new Dictionary<string, string>
        {
            ["Kubernetes:Enabled"] = "true",
            ["Kubernetes:Kubeconfig"] = kubeconfig,
            ["Kubernetes:Namespace"] = Namespace,
            ["Workloads:Interval"] = "00:01:00",
            ["Tls:CertificateFile"] = _folder.Write("tls.crt", certificate.Certificate),
            ["Tls:KeyFile"] = _folder.Write("tls.key", certificate.Key),
        };
        File.SetUnixFileMode(_settings["Tls:KeyFile"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var name in new[] { "watching0", "watching1" })
        {
            _verifiers.Add(installation.StartVerifier(name, Installation.Loopback("https"), _settings));
        }

        foreach (var verifier in _verifiers)
        {
            await verifier.UntilReadyAsync(cancellationToken);
        }

        var applied = await Server.KubectlAsync(Webhook(_verifiers[0].Address, authority.Certificate), cancellationToken, "apply", "-f", "-");
        applied.Succeeded.Should().BeTrue(applied.ToString());
        await Eventually.Async("the API server asks the verifier", async () =>
            (await Server.KubectlAsync(cancellationToken, "create", "deployment", "probe", "--image=probe:1", "--dry-run=server")).Error.Contains("not attested", StringComparison.Ordinal),
            cancellationToken, () => Server.Log + _verifiers[0].Output);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var verifier in _verifiers)
        {
            await verifier.DisposeAsync();
        }

        await (Server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    /// <summary>Runs kubectl and expects it to do what it was asked.</summary>
    public async Task<string> KubectlAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var result = await Server.KubectlAsync(cancellationToken, arguments);
        result.Succeeded.Should().BeTrue($"kubectl {string.Join(' ', arguments)}: {result}");
        return result.Output;
    }

    /// <summary>Pushes a new image and waits until both verifiers admit it.</summary>
    public async Task<string> SignedAsync(string name, CancellationToken cancellationToken)
    {
        using var layout = OciLayout.Image($"{name} {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/{name}:1", cancellationToken);
        var image = installation.Name($"kritis-demo/{name}", layout.Digest);
        foreach (var verifier in _verifiers)
        {
            await Eventually.Async($"{image} is admitted", () => Review.AdmitsAsync(verifier, image, cancellationToken), cancellationToken, () => verifier.Output);
        }

        return image;
    }

    /// <summary>Who holds the lease of the replicas; empty where nobody does.</summary>
    public Task<string> HolderAsync(CancellationToken cancellationToken) =>
        KubectlAsync(cancellationToken, "-n", Namespace, "get", "lease", "kritis-verifier", "-o", "jsonpath={.spec.holderIdentity}");

    /// <summary>Ends the replica that holds the lease.</summary>
    /// <returns>Its number.</returns>
    public async Task<int> EndLeaderAsync(CancellationToken cancellationToken)
    {
        var holder = await HolderAsync(cancellationToken);
        var leader = _verifiers.FindIndex(verifier => verifier.Output.Contains($"({holder}) speaks for all", StringComparison.Ordinal));
        (await _verifiers[leader].StopAsync()).Should().BeTrue("it ends by itself");
        return leader;
    }

    /// <summary>Starts a replica that has ended anew, at the same address.</summary>
    public async Task StartAgainAsync(int number, CancellationToken cancellationToken)
    {
        _verifiers[number] = installation.StartVerifier($"watching{number}", _verifiers[number].Address, _settings);
        await _verifiers[number].UntilReadyAsync(cancellationToken);
    }

    private static string Webhook(Uri verifier, string authority)
    {
        var bundle = Convert.ToBase64String(Encoding.ASCII.GetBytes(authority));
        return $$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: { name: kritis-validation-hook }
            webhooks:
              - name: kritis-validation-hook-deployments.grafeas.io
                clientConfig: { url: "{{verifier}}validate", caBundle: "{{bundle}}" }
                rules: [{ apiGroups: [apps], apiVersions: [v1], resources: [deployments], operations: [CREATE, UPDATE] }]
                failurePolicy: Fail
                sideEffects: None
                admissionReviewVersions: [v1]
              - name: kritis-validation-hook-pods.grafeas.io
                clientConfig: { url: "{{verifier}}validate", caBundle: "{{bundle}}" }
                rules: [{ apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE, UPDATE] }]
                failurePolicy: Fail
                sideEffects: None
                admissionReviewVersions: [v1]
            """;
    }
}
