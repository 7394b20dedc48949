using System.Globalization;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>Policies as objects of a real cluster: in force soon after kubectl has applied them, told in their status, never looser for a mistake.</summary>
[Collection<ClusterInstallation>]
public class ClusterPolicyTests(ClusterInstallation cluster)
{
    private const string Bad = "alpine:3.11";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_policy_selects_namespaces_by_the_labels_they_have_now()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "free");
        await ApplyAsync($"by-label-{ns}", $"namespaceSelector: {{ matchLabels: {{ check: {ns} }} }}, require: {{ allOf: [release] }}");
        await cluster.KubectlAsync(Cancellation, "-n", ns, "run", "before", $"--image={Bad}");

        await cluster.KubectlAsync(Cancellation, "label", "namespace", ns, $"check={ns}");

        await UntilRefusedAsync(ns, Bad);
        await cluster.KubectlAsync(Cancellation, "label", "namespace", ns, "check-");
        await UntilTakenAsync(ns, Bad);
        await DeleteAsync($"by-label-{ns}");
    }

    [Fact]
    public async Task G3_a_policy_that_names_a_witness_that_is_not_there_refuses_and_says_so_in_its_status()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "free");
        await ApplyAsync($"missing-{ns}", $"namespaces: [\"{ns}\"], require: {{ allOf: [nobody-{ns}] }}");

        await UntilRefusedAsync(ns, Bad);
        await Eventually.Async("the status says what is missing", async () =>
            (await cluster.KubectlAsync(Cancellation, "get", "securitypolicy", $"missing-{ns}", "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")]}")) is var ready
            && ready.Contains("MissingWitness", StringComparison.Ordinal) && ready.Contains($"nobody-{ns}", StringComparison.Ordinal), Cancellation, () => cluster.Verifier.Output);
        await DeleteAsync($"missing-{ns}");
    }

    [Fact]
    public async Task G3_a_policy_that_the_schema_lets_through_and_nobody_can_fulfil_refuses_and_its_status_says_why()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "free");

        var applied = await cluster.Server.KubectlAsync(Policy($"odd-{ns}", $"namespaces: [\"{ns}\"], require: {{ atLeast: 3, of: [release] }}"), Cancellation, "apply", "-f", "-");

        applied.Succeeded.Should().BeTrue(applied.ToString());
        await UntilRefusedAsync(ns, await cluster.SignedAsync("odd", Cancellation));
        await Eventually.Async("its status says so", async () => await cluster.KubectlAsync(
            Cancellation, "get", "securitypolicy", $"odd-{ns}", "-o", "jsonpath={.status.conditions[0].reason}") == "Invalid", Cancellation);
        await DeleteAsync($"odd-{ns}");
    }

    [Fact]
    public async Task A_broken_glass_admits_what_it_names_and_is_told_in_kube_system()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "free");
        await ApplyAsync($"glass-{ns}", $"namespaces: [\"{ns}\"], require: {{ allOf: [release] }}, breakGlass: Allow");
        await UntilRefusedAsync(ns, Bad);
        var digest = $"sha256:{new string('a', 64)}";
        var until = DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

        var broken = await cluster.Server.KubectlAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: { name: glass, annotations: { kritis.grafeas.io/breakglass: "until={{until}} digests={{digest}} reason=registry outage {{ns}}" } }
            spec: { containers: [{ name: c, image: "registry.example.com/app@{{digest}}" }] }
            """, Cancellation, "-n", ns, "apply", "-f", "-");

        broken.Succeeded.Should().BeTrue(broken.ToString());
        broken.Error.Should().Contain("Warning: break glass").And.Contain($"registry outage {ns}");
        await Eventually.Async("it is told in kube-system", async () =>
            (await cluster.KubectlAsync(Cancellation, "-n", "kube-system", "get", "events", "--field-selector", "reason=BreakGlassKritisAdmission", "-o", "jsonpath={.items[*].message}"))
            .Contains(ns, StringComparison.Ordinal), Cancellation, () => cluster.Verifier.Output);
        await DeleteAsync($"glass-{ns}");
    }

    [Fact]
    public async Task A_refusal_is_told_in_kube_system_and_one_of_a_dry_run_of_the_server_is_not()
    {
        var ns = await cluster.NamespaceAsync(Cancellation);
        _ = await cluster.Server.KubectlAsync(Cancellation, "-n", ns, "run", "only-tried", $"--image={Bad}", "--dry-run=server");
        _ = await cluster.Server.KubectlAsync(Cancellation, "-n", ns, "run", "refused", $"--image={Bad}");

        var told = "";
        await Eventually.Async("the refusal is told", async () =>
        {
            told = await cluster.KubectlAsync(Cancellation, "-n", "kube-system", "get", "events", "--field-selector", "reason=FailedKritisAdmission", "-o", "jsonpath={.items[*].message}");
            return told.Contains($"{ns}/refused", StringComparison.Ordinal);
        }, Cancellation, () => cluster.Verifier.Output);
        told.Should().NotContain("only-tried");
    }

    [Fact]
    public async Task A_tag_of_an_immutable_repository_is_admitted_where_the_policy_allows_it()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "free");
        await ApplyAsync($"tags-{ns}", $"namespaces: [\"{ns}\"], require: {{ allOf: [release] }}, tags: Immutable");
        using var layout = OciLayout.Image($"tagged {Guid.NewGuid()}");

        await Skopeo.PushAsync(layout, $"{cluster.Registry.Address}/kritis-demo/immutable-app:1.0", Cancellation);

        await UntilTakenAsync(ns, $"{cluster.Registry.Address}/kritis-demo/immutable-app:1.0");
        await UntilRefusedAsync(ns, $"{cluster.Registry.Address}/kritis-demo/immutable-app:1.1");
        await DeleteAsync($"tags-{ns}");
    }

    [Fact]
    public async Task A_push_that_was_just_seen_is_told_in_the_warning()
    {
        using var layout = OciLayout.Image($"unsigned {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{cluster.Registry.Address}/nobody-signs/app:1", Cancellation);

        await Eventually.Async("the verifier has heard of the push", async () =>
            (await Review.OfPodAsync(cluster.Verifier, "checked-x", Cancellation, $"{cluster.Registry.Address}/nobody-signs/app@{layout.Digest}")) is { Allowed: false } answer
            && answer.Warnings.Any(warning => warning.Contains("its push was seen", StringComparison.Ordinal)), Cancellation, () => cluster.Verifier.Output);
    }

    private static string Policy(string name, string spec) => $$"""
        apiVersion: kritis.events/v1alpha1
        kind: SecurityPolicy
        metadata: { name: {{name}} }
        spec: { {{spec}} }
        """;

    private Task ApplyAsync(string name, string spec) => cluster.ApplyAsync(Policy(name, spec), Cancellation);

    private Task DeleteAsync(string name) => cluster.KubectlAsync(Cancellation, "delete", "securitypolicy", name);

    private Task UntilRefusedAsync(string ns, string image) => Eventually.Async($"{image} is refused in {ns}", async () =>
        (await TryAsync(ns, image)).Error.Contains($"image {image} is not attested", StringComparison.Ordinal), Cancellation, () => cluster.Verifier.Output);

    private Task UntilTakenAsync(string ns, string image) => Eventually.Async($"{image} is taken in {ns}", async () =>
        (await TryAsync(ns, image)).Succeeded, Cancellation, () => cluster.Verifier.Output);

    private Task<CommandResult> TryAsync(string ns, string image) =>
        cluster.Server.KubectlAsync(Cancellation, "-n", ns, "run", "probe", $"--image={image}", "--dry-run=server");
}
