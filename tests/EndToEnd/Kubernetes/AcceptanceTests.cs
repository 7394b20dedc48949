using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>What users of kritis-validation-hook know, with real kubectl against a real API server: the same names, the same words.</summary>
[Collection<ClusterInstallation>]
public class AcceptanceTests(ClusterInstallation cluster)
{
    private const string Unsigned = "alpine@sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G4_the_story_from_the_unsigned_image_over_the_push_to_the_deployment_that_runs()
    {
        var byTag = await Kubectl("-n", "default", "create", "deployment", "not-sign", "--image=alpine:3.11", "--", "sleep", "10");
        byTag.ExitCode.Should().Be(1);
        byTag.Error.Should().Contain(Message("deployments", "alpine:3.11"));

        var byDigest = await Kubectl("-n", "default", "create", "deployment", "not-sign", $"--image={Unsigned}", "--", "sleep", "10");
        byDigest.Error.Should().Contain(Message("deployments", Unsigned));

        using var layout = OciLayout.Image($"alpine {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{cluster.Registry.Address}/kritis-demo/alpine:3.11", Cancellation);
        var image = $"{cluster.Registry.Address}/kritis-demo/alpine@{layout.Digest}";
        await Eventually.Async("the pushed image is admitted", async () =>
        {
            var created = await Kubectl("-n", "default", "create", "deployment", "is-signed", $"--image={image}", "--", "sleep", "10");
            return created.Output.Trim() == "deployment.apps/is-signed created";
        }, Cancellation, () => cluster.Signer.Output + cluster.Verifier.Output);

        await Eventually.Async("its Pod is made", async () =>
            (await cluster.KubectlAsync(Cancellation, "-n", "default", "get", "pods", "-l", "app=is-signed", "-o", "jsonpath={.items[*].spec.containers[0].image}")) == image, Cancellation);
        await cluster.KubectlAsync(Cancellation, "-n", "default", "delete", "deployment", "is-signed");
    }

    public static TheoryData<string, string> Kinds => new()
    {
        { "deployments", "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: app }\nspec: { replicas: 0, selector: { matchLabels: { a: b } }, template: TEMPLATE }" },
        { "replicasets", "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: { name: app }\nspec: { replicas: 0, selector: { matchLabels: { a: b } }, template: TEMPLATE }" },
        { "daemonsets", "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: app }\nspec: { selector: { matchLabels: { a: b } }, template: TEMPLATE }" },
        { "statefulsets", "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: app }\nspec: { replicas: 0, serviceName: app, selector: { matchLabels: { a: b } }, template: TEMPLATE }" },
        { "replicationcontrollers", "apiVersion: v1\nkind: ReplicationController\nmetadata: { name: app }\nspec: { replicas: 0, selector: { a: b }, template: TEMPLATE }" },
        { "jobs", "apiVersion: batch/v1\nkind: Job\nmetadata: { name: app }\nspec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: \"IMAGE\" }] } } }" },
        { "cronjobs", "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: { name: app }\nspec: { schedule: \"0 0 1 1 *\", jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: \"IMAGE\" }] } } } } }" },
        { "pods", "apiVersion: v1\nkind: Pod\nmetadata: { name: app }\nspec: { containers: [{ name: c, image: \"IMAGE\" }] }" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task G4_each_kind_is_refused_by_the_webhook_that_is_named_after_it_and_taken_once_its_image_is_signed(string webhook, string manifest)
    {
        var ns = await cluster.NamespaceAsync(Cancellation);
        var signed = await cluster.SignedAsync($"kind-{webhook}", Cancellation);

        var refused = await ApplyAsync(ns, Filled(manifest, "alpine:3.11"));
        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain(Message(webhook, "alpine:3.11"));

        var taken = await ApplyAsync(ns, Filled(manifest, signed));
        taken.Succeeded.Should().BeTrue(taken.ToString());

        var updated = await ApplyAsync(ns, Filled(manifest, Unsigned));
        updated.ExitCode.Should().Be(1);
        // Nobody may change the template of a Job; that is asked first.
        updated.Error.Should().Contain(webhook == "jobs" ? "field is immutable" : Message(webhook, Unsigned));
    }

    [Fact]
    public async Task G4_kubectl_run_shows_the_message_and_the_warning_that_explains_it()
    {
        var ns = await cluster.NamespaceAsync(Cancellation);

        var refused = await Kubectl("-n", ns, "run", "not-sign", "--image=alpine:3.11");

        refused.Error.Should().Contain(Message("pods", "alpine:3.11"));
        refused.Error.Should().Contain("no digest given, and a tag can be moved; use docker.io/library/alpine@sha256:…");
    }

    [Fact]
    public async Task Workloads_admitted_earlier_are_scaled_labelled_and_deleted_after_their_attestation_is_gone()
    {
        var ns = await cluster.NamespaceAsync(Cancellation);
        var image = await cluster.SignedAsync("earlier", Cancellation);
        await cluster.KubectlAsync(Cancellation, "-n", ns, "create", "deployment", "earlier", $"--image={image}", "--replicas=1");
        await cluster.KubectlAsync(Cancellation, "-n", ns, "run", "earlier", $"--image={image}");

        // A policy that this image has never fulfilled stands for an attestation that is gone.
        await cluster.ApplyAsync($$"""
            apiVersion: kritis.events/v1alpha1
            kind: SecurityPolicy
            metadata: { name: strict-{{ns}} }
            spec: { namespaces: ["{{ns}}"], require: { allOf: [nobody] } }
            """, Cancellation);
        await Eventually.Async("the image is admitted no more", async () =>
            (await Kubectl("-n", ns, "run", "later", $"--image={image}", "--dry-run=server")).Error.Contains("is not attested", StringComparison.Ordinal), Cancellation);

        await cluster.KubectlAsync(Cancellation, "-n", ns, "label", "deployment", "earlier", "team=a");
        await cluster.KubectlAsync(Cancellation, "-n", ns, "label", "pod", "earlier", "team=a");
        await cluster.KubectlAsync(Cancellation, "-n", ns, "scale", "deployment", "earlier", "--replicas=0");
        await cluster.KubectlAsync(Cancellation, "-n", ns, "delete", "deployment", "earlier");
        await cluster.KubectlAsync(Cancellation, "-n", ns, "delete", "pod", "earlier", "--grace-period=0", "--force");
        await cluster.KubectlAsync(Cancellation, "delete", "securitypolicy", $"strict-{ns}");
    }

    private static string Message(string webhook, string image) =>
        $"admission webhook \"kritis-validation-hook-{webhook}.grafeas.io\" denied the request: image {image} is not attested";

    private static string Filled(string manifest, string image) => manifest
        .Replace("TEMPLATE", "{ metadata: { labels: { a: b } }, spec: { containers: [{ name: c, image: \"IMAGE\" }] } }", StringComparison.Ordinal)
        .Replace("IMAGE", image, StringComparison.Ordinal);

    private Task<CommandResult> Kubectl(params string[] arguments) => cluster.Server.KubectlAsync(Cancellation, arguments);

    private Task<CommandResult> ApplyAsync(string ns, string manifest) => cluster.Server.KubectlAsync(manifest, Cancellation, "-n", ns, "apply", "-f", "-");
}
