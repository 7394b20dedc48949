using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>docs/ways-in.md, row by row, with real kubectl against a real API server.</summary>
[Collection<ClusterInstallation>]
public class WaysInTests(ClusterInstallation cluster)
{
    private const string Bad = "alpine:3.11";
    private const string Refused = $"image {Bad} is not attested";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Way_01_a_container_of_a_pod()
    {
        var (ns, good) = await BeginAsync("way01");

        await IsRefused("-n", ns, "run", "bad", $"--image={Bad}");
        await Passes("-n", ns, "run", "good", $"--image={good}");
        (await ApplyAsync(ns, Pod($"containers: [{{ name: a, image: \"{good}\" }}, {{ name: b, image: \"{Bad}\" }}]"))).Error.Should().Contain(Refused);
    }

    [Fact]
    public async Task Way_02_an_init_container()
    {
        var (ns, good) = await BeginAsync("way02");

        (await ApplyAsync(ns, Pod($"containers: [{{ name: a, image: \"{good}\" }}], initContainers: [{{ name: b, image: \"{Bad}\" }}]"))).Error.Should().Contain(Refused);
        (await ApplyAsync(ns, Pod($"containers: [{{ name: a, image: \"{good}\" }}], initContainers: [{{ name: b, image: \"{good}\" }}]"))).Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task Way_03_an_ephemeral_container_through_its_subresource()
    {
        var (ns, good) = await BeginAsync("way03");
        await Passes("-n", ns, "run", "debugged", $"--image={good}");

        (await DebugAsync(ns, Bad)).Error.Should().Contain("kritis-validation-hook-pods.grafeas.io").And.Contain(Refused);
        var added = await DebugAsync(ns, good);
        added.Succeeded.Should().BeTrue(added.ToString());
    }

    [Theory]
    [InlineData("apps/v1", "Deployment", "replicas: 0, selector: { matchLabels: { a: b } },")]
    [InlineData("apps/v1", "ReplicaSet", "replicas: 0, selector: { matchLabels: { a: b } },")]
    [InlineData("apps/v1", "DaemonSet", "selector: { matchLabels: { a: b } },")]
    [InlineData("apps/v1", "StatefulSet", "replicas: 0, serviceName: x, selector: { matchLabels: { a: b } },")]
    [InlineData("v1", "ReplicationController", "replicas: 0, selector: { a: b },")]
    [InlineData("batch/v1", "Job", "")]
    public async Task Way_04_the_template_of_a_workload_also_without_replicas(string version, string kind, string rest)
    {
        var (ns, good) = await BeginAsync("way04");
        string Workload(string image) => $$"""
            apiVersion: {{version}}
            kind: {{kind}}
            metadata: { name: app }
            spec: { {{rest}} template: { metadata: { labels: { a: b } }, spec: { {{(kind == "Job" ? "restartPolicy: Never," : "")}} containers: [{ name: c, image: "{{image}}" }] } } }
            """;

        (await ApplyAsync(ns, Workload(Bad))).Error.Should().Contain(Refused);
        (await ApplyAsync(ns, Workload(good))).Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task Way_05_a_cron_job_in_the_older_version_that_this_server_has()
    {
        var (ns, good) = await BeginAsync("way05");
        string CronJob(string image) => $$"""
            apiVersion: batch/v1beta1
            kind: CronJob
            metadata: { name: app }
            spec: { schedule: "0 0 1 1 *", jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: "{{image}}" }] } } } } }
            """;

        (await ApplyAsync(ns, CronJob(Bad))).Error.Should().Contain(Refused);
        (await ApplyAsync(ns, CronJob(good))).Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task Way_06_an_image_changed_in_a_workload()
    {
        var (ns, good) = await BeginAsync("way06");
        var other = await cluster.SignedAsync("way06-other", Cancellation);
        await Passes("-n", ns, "create", "deployment", "app", $"--image={good}", "--replicas=0");
        var container = await cluster.KubectlAsync(Cancellation, "-n", ns, "get", "deployment", "app", "-o", "jsonpath={.spec.template.spec.containers[0].name}");

        await IsRefused("-n", ns, "set", "image", "deployment/app", $"{container}={Bad}");
        await IsRefused("-n", ns, "patch", "deployment", "app", "-p",
            $$"""{"spec":{"template":{"spec":{"initContainers":[{"name":"x","image":"{{Bad}}"}]} } } }""");
        await Passes("-n", ns, "set", "image", "deployment/app", $"{container}={other}");
    }

    [Fact]
    public async Task Way_07_an_image_changed_in_a_running_pod()
    {
        var (ns, good) = await BeginAsync("way07");
        var other = await cluster.SignedAsync("way07-other", Cancellation);
        await Passes("-n", ns, "run", "app", $"--image={good}");

        await IsRefused("-n", ns, "set", "image", "pod/app", $"app={Bad}");
        await Passes("-n", ns, "set", "image", "pod/app", $"app={other}");
    }

    [Fact]
    public async Task Way_08_a_rollback_to_an_image_that_is_attested_no_more()
    {
        var (ns, good) = await BeginAsync("way08");
        await ExemptAsync(ns, Bad);
        await Eventually.Async("the exemption is in force", async () =>
            (await Kubectl("-n", ns, "create", "deployment", "app", $"--image={Bad}", "--replicas=0")).Succeeded, Cancellation);
        var container = await cluster.KubectlAsync(Cancellation, "-n", ns, "get", "deployment", "app", "-o", "jsonpath={.spec.template.spec.containers[0].name}");
        await Eventually.Async("its first revision is recorded", async () =>
            (await cluster.KubectlAsync(Cancellation, "-n", ns, "get", "replicasets", "-o", "name")).Length > 0, Cancellation);
        await Passes("-n", ns, "set", "image", "deployment/app", $"{container}={good}");
        await Eventually.Async("its second revision is recorded", async () =>
            (await cluster.KubectlAsync(Cancellation, "-n", ns, "get", "replicasets", "-o", "name")).Trim().Split('\n').Length == 2, Cancellation);
        await cluster.KubectlAsync(Cancellation, "delete", "admissionallowlist", ns);

        await Eventually.Async("the rollback is refused", async () =>
            (await Kubectl("-n", ns, "rollout", "undo", "deployment/app", "--dry-run=server")).Error.Contains(Refused, StringComparison.Ordinal), Cancellation);
        await IsRefused("-n", ns, "rollout", "undo", "deployment/app");
    }

    [Fact]
    public async Task Way_09_scaling_brings_no_image_in_and_the_pods_that_come_of_it_are_checked()
    {
        var (ns, _) = await BeginAsync("way09");
        await ExemptAsync(ns, Bad);
        await Eventually.Async("the exemption is in force", async () =>
            (await Kubectl("-n", ns, "create", "deployment", "app", $"--image={Bad}", "--replicas=0")).Succeeded, Cancellation);
        await cluster.KubectlAsync(Cancellation, "delete", "admissionallowlist", ns);
        await Eventually.Async("the exemption is over", async () =>
            (await Kubectl("-n", ns, "run", "probe", $"--image={Bad}", "--dry-run=server")).Error.Contains(Refused, StringComparison.Ordinal), Cancellation);

        await Passes("-n", ns, "scale", "deployment", "app", "--replicas=1");

        await Eventually.Async("the refusal of its Pod is told at the replica set", async () =>
            (await cluster.KubectlAsync(Cancellation, "-n", ns, "get", "events", "-o", "jsonpath={.items[*].message}")).Contains(Refused, StringComparison.Ordinal), Cancellation);
        (await cluster.KubectlAsync(Cancellation, "-n", ns, "get", "pods", "-o", "name")).Trim().Should().BeEmpty();
    }

    [Fact]
    public async Task Way_10_what_a_mutating_webhook_puts_in()
    {
        await using var injector = await InjectingWebhook.StartAsync(Bad, Cancellation);
        var (ns, good) = await BeginAsync("way10", new Dictionary<string, string> { ["inject"] = "yes" });
        await cluster.ApplyAsync(injector.Configuration("inject"), Cancellation);

        try
        {
            await Eventually.Async("the injected image is refused", async () =>
                (await Kubectl("-n", ns, "run", "app", $"--image={good}", "--dry-run=server")).Error.Contains(Refused, StringComparison.Ordinal), Cancellation, () => cluster.Server.Log);
            injector.Asked.Should().BePositive();
        }
        finally
        {
            await cluster.KubectlAsync(Cancellation, "delete", "mutatingwebhookconfiguration", InjectingWebhook.Name);
        }
    }

    [Fact]
    public async Task Way_11_a_copy_of_a_pod()
    {
        var (ns, good) = await BeginAsync("way11");
        await Passes("-n", ns, "run", "app", $"--image={good}");

        await IsRefused("-n", ns, "debug", "app", "--copy-to=copy", "--container=debugger", $"--image={Bad}", "--attach=false");
    }

    [Fact]
    public async Task Way_12_G3_a_pod_that_claims_a_verified_owner()
    {
        var (ns, good) = await BeginAsync("way12");
        await Passes("-n", ns, "create", "deployment", "app", $"--image={good}", "--replicas=1");
        var owner = "";
        await Eventually.Async("the deployment has a replica set", async () =>
        {
            owner = (await cluster.KubectlAsync(Cancellation, "-n", ns, "get", "replicasets", "-o", "jsonpath={.items[0].metadata.name} {.items[0].metadata.uid}")).Trim();
            return owner.Split(' ').Length == 2;
        }, Cancellation);

        var claimed = await ApplyAsync(ns, $$"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: claims
              ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: {{owner.Split(' ')[0]}}, uid: {{owner.Split(' ')[1]}}, controller: true, blockOwnerDeletion: true }]
            spec: { containers: [{ name: c, image: "{{Bad}}" }] }
            """);

        claimed.Error.Should().Contain(Refused);
    }

    [Fact]
    public async Task Way_13_another_host_of_the_same_registry_and_a_host_that_is_none()
    {
        var (ns, good) = await BeginAsync("way13");
        var path = good[good.IndexOf('/', StringComparison.Ordinal)..];

        await Passes("-n", ns, "run", "alias", $"--image={ClusterInstallation.RegistryAlias}{path}");
        (await Kubectl("-n", ns, "run", "foreign", $"--image=evil-{ClusterInstallation.RegistryAlias}{path}")).Error
            .Should().Contain($"image evil-{ClusterInstallation.RegistryAlias}{path} is not attested");
    }

    [Fact]
    public async Task Way_14_a_tag()
    {
        var (ns, good) = await BeginAsync("way14");
        var byTag = good[..good.IndexOf('@', StringComparison.Ordinal)] + ":1";

        (await Kubectl("-n", ns, "run", "tagged", $"--image={byTag}")).Error.Should().Contain($"image {byTag} is not attested");
    }

    [Fact]
    public async Task Way_15_a_namespace_that_no_policy_selects()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "free");

        await Passes("-n", ns, "run", "app", $"--image={Bad}");
    }

    [Fact]
    public async Task Way_16_the_namespaces_that_are_left_out_so_that_a_cluster_can_always_start()
    {
        await cluster.ApplyAsync("""
            apiVersion: kritis.events/v1alpha1
            kind: SecurityPolicy
            metadata: { name: everything }
            spec: { namespaces: ["kube-system", "kritis"], require: { allOf: [release] } }
            """, Cancellation);
        try
        {
            await Passes("-n", "kube-system", "create", "deployment", "way16", $"--image={Bad}", "--dry-run=server");
            await Passes("-n", ShippedManifests.Namespace, "create", "deployment", "way16", $"--image={Bad}", "--dry-run=server");
        }
        finally
        {
            await cluster.KubectlAsync(Cancellation, "delete", "securitypolicy", "everything");
        }
    }

    [Fact]
    public async Task Way_17_what_brings_no_image_in_passes()
    {
        var (ns, good) = await BeginAsync("way17");
        await Passes("-n", ns, "run", "app", $"--image={good}");

        await Passes("-n", ns, "label", "pod", "app", "a=b");
        await Passes("-n", ns, "annotate", "pod", "app", "a=b");
        await Passes("-n", ns, "delete", "pod", "app", "--grace-period=0", "--force");
    }

    private async Task<(string Namespace, string Good)> BeginAsync(string name, IReadOnlyDictionary<string, string>? labels = null) =>
        (await cluster.NamespaceAsync(Cancellation, labels: labels), await cluster.SignedAsync(name, Cancellation));

    private Task ExemptAsync(string ns, string pattern) => cluster.ApplyAsync($$"""
        apiVersion: kritis.grafeas.io/v1beta1
        kind: AdmissionAllowlist
        metadata: { name: {{ns}} }
        spec: { patterns: [{ namePattern: "{{pattern}}", namespace: {{ns}} }] }
        """, Cancellation);

    private static string Pod(string spec) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { generateName: app-, name: app-{{Guid.NewGuid():n}} }
        spec: { {{spec}} }
        """;

    private Task<CommandResult> DebugAsync(string ns, string image) => cluster.Server.KubectlAsync(
        $$"""{"apiVersion":"v1","kind":"EphemeralContainers","metadata":{"name":"debugged"},"ephemeralContainers":[{"name":"debugger","image":"{{image}}"}]}""",
        Cancellation, "replace", "--raw", $"/api/v1/namespaces/{ns}/pods/debugged/ephemeralcontainers", "-f", "-");

    private Task<CommandResult> Kubectl(params string[] arguments) => cluster.Server.KubectlAsync(Cancellation, arguments);

    private Task<CommandResult> ApplyAsync(string ns, string manifest) => cluster.Server.KubectlAsync(manifest, Cancellation, "-n", ns, "apply", "-f", "-");

    private async Task Passes(params string[] arguments) => await cluster.KubectlAsync(Cancellation, arguments);

    private async Task IsRefused(params string[] arguments)
    {
        var result = await Kubectl(arguments);
        result.ExitCode.Should().NotBe(0, result.ToString());
        result.Error.Should().Contain(Refused);
    }
}
