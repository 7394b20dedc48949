using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>
/// No verifier is there and the webhook is: whatever makes Pods is refused, by the webhook of its kind, and nothing that a cluster needs to start
/// a verifier again is.
/// </summary>
[Collection<Installed>]
public sealed class LockOutTests(Installed installed) : IAsyncLifetime
{
    private const string Hook = "kritis-validation-hook";
    private const string Container = """{"name":"app","image":"registry.example.com/app:1"}""";
    private const string Template = $$$"""{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{{{Container}}}]}}""";
    private const string JobTemplate = $$$"""{"spec":{"restartPolicy":"Never","containers":[{{{Container}}}]}}""";
    private const string Selected = $$$"""{"selector":{"matchLabels":{"app":"a"}},"template":{{{Template}}}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private KubernetesApiServer Server => installed.Server;

    /// <summary>Everything that makes Pods, by the webhook that must be asked about it.</summary>
    private static IReadOnlyDictionary<string, string> Kinds { get; } = new Dictionary<string, string>
    {
        ["deployments"] = $$$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{{{Selected}}}}""",
        ["replicasets"] = $$$"""{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"a"},"spec":{{{Selected}}}}""",
        ["daemonsets"] = $$$"""{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"a"},"spec":{{{Selected}}}}""",
        ["statefulsets"] = $$$"""{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"a"},"spec":{"serviceName":"a","selector":{"matchLabels":{"app":"a"}},"template":{{{Template}}}}}""",
        ["replicationcontrollers"] = $$$"""{"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"a"},"spec":{"selector":{"app":"a"},"template":{{{Template}}}}}""",
        ["jobs"] = $$$"""{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"a"},"spec":{"template":{{{JobTemplate}}}}}""",
        ["cronjobs"] = $$$$$"""{"apiVersion":"batch/v1beta1","kind":"CronJob","metadata":{"name":"a"},"spec":{"schedule":"0 0 * * *","jobTemplate":{"spec":{"template":{{{{{JobTemplate}}}}}}}}}""",
        ["pods"] = $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{{{Container}}}]}}""",
    };

    public static TheoryData<string> Webhooks => [.. Kinds.Keys];

    // Without the Service the API server cannot even find out where to ask.
    public async ValueTask InitializeAsync() => await Kubectl("delete", "service", "kritis-verifier", "-n", "kritis");

    public async ValueTask DisposeAsync() => await Kubectl("apply", "-k", Installed.Folder("overlays/single"));

    [Theory]
    [MemberData(nameof(Webhooks))]
    public async Task What_makes_pods_is_refused_by_the_webhook_of_its_kind(string kind)
    {
        var ns = await NamespaceAsync("refused-" + kind);

        var refused = await Create(ns, Kinds[kind]);

        refused.Succeeded.Should().BeFalse();
        refused.Error.Should().Contain($"failed calling webhook \"{Hook}-{kind}.grafeas.io\"");
    }

    [Fact]
    public async Task An_ephemeral_container_is_refused_by_the_webhook_of_pods()
    {
        var ns = await NamespaceAsync("debugged");
        await Kubectl("delete", "validatingwebhookconfiguration", Hook);
        await Eventually.Async("the pod is taken without the webhook", async () => (await Create(ns, Kinds["pods"])).Succeeded, Cancellation, () => Server.Log);
        await Kubectl("apply", "-k", Installed.Folder("overlays/single"), "-l", "app.kubernetes.io/component=webhook");

        await Eventually.Async("the webhook is asked", async () =>
            (await Debug(ns, "another")).Error.Contains($"failed calling webhook \"{Hook}-pods.grafeas.io\"", StringComparison.Ordinal), Cancellation, () => Server.Log);
    }

    [Fact]
    public async Task In_the_verifiers_own_namespace_and_in_kube_system_everything_is_taken()
    {
        // What releases since 1.21 do by themselves, and the guide says to do on this one.
        await Kubectl("label", "namespace", "kube-system", "kubernetes.io/metadata.name=kube-system", "--overwrite");
        foreach (var ns in (string[])["kritis", "kube-system"])
        {
            await WithDefaultAccountAsync(ns);
            foreach (var manifest in Kinds.Values)
            {
                await Eventually.Async($"taken in {ns}: {manifest}", async () => (await Create(ns, manifest)).Succeeded, Cancellation, () => Server.Log);
            }
        }
    }

    [Fact]
    public async Task Deleting_the_webhook_configuration_lets_everything_in_at_once()
    {
        var ns = await NamespaceAsync("let-in");
        (await Create(ns, Kinds["deployments"])).Succeeded.Should().BeFalse();

        await Kubectl("delete", "validatingwebhookconfiguration", Hook);

        await Eventually.Async("the Deployment is taken", async () => (await Create(ns, Kinds["deployments"])).Succeeded, Cancellation, () => Server.Log);
    }

    private Task<CommandResult> Create(string ns, string manifest) => Server.KubectlAsync(manifest, Cancellation, "create", "-n", ns, "-f", "-");

    private Task<CommandResult> Debug(string ns, string container) => Server.KubectlAsync(
        $$"""{"apiVersion":"v1","kind":"EphemeralContainers","metadata":{"name":"a"},"ephemeralContainers":[{"name":"{{container}}","image":"registry.example.com/debugger:1"}]}""",
        Cancellation, "replace", "--raw", $"/api/v1/namespaces/{ns}/pods/a/ephemeralcontainers", "-f", "-");

    private Task<string> Kubectl(params string[] arguments) => installed.KubectlAsync(Cancellation, arguments);

    private async Task<string> NamespaceAsync(string name)
    {
        await Server.CreateNamespaceAsync(name, labels: null, Cancellation);
        return name;
    }

    private async Task WithDefaultAccountAsync(string ns)
    {
        // No pod is taken without it, and only a controller makes it.
        var made = await Server.KubectlAsync(Cancellation, "create", "serviceaccount", "default", "-n", ns);
        (made.Succeeded || made.Error.Contains("AlreadyExists", StringComparison.Ordinal)).Should().BeTrue(made.ToString());
    }
}
