using System.Globalization;
using System.Text.Json.Nodes;
using static Kritis.Events.Cli.Tests.Explain.ExplainedCluster;

namespace Kritis.Events.Cli.Tests.Explain;

/// <summary><c>kritis explain</c> as a person runs it: what would be decided about each image, and why.</summary>
public sealed class ExplainTests(ExplainedCluster cluster) : IClassFixture<ExplainedCluster>
{
    [Fact]
    public async Task G8_an_attested_image_is_explained_by_policy_witness_key_attestation_time_and_push()
    {
        var (exit, output) = await cluster.ExplainAsync(Pod("web", Attested));

        exit.Should().Be(0, output);
        output.Should().ContainAll(
            "Pod web in namespace default: admitted", $"image {Attested}: attested", "policy default-namespace: attested by 'release'",
            $"attestation  {cluster.AttestationId}", "witness      release", $"local:release, ECDSA_SHA_256, active, {cluster.Fingerprint}",
            "signed       2026-11-23 20:00:00Z", "push         event e-1, tag 1.0", "Admitted in cluster default.").And.NotContain("\u001b");
    }

    [Fact]
    public async Task Everything_that_can_be_decided_about_an_image_is_told()
    {
        var later = TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var digest = NotSigned[(NotSigned.IndexOf('@', StringComparison.Ordinal) + 1)..];
        string Glass(string until) => $$"""{ kritis.grafeas.io/breakglass: "until={{until}} digests={{digest}} reason=the shop is down" }""";
        string[] pods =
        [
            Pod("by-hand", SignedByHand),
            Pod("alias", Attested.Replace(Host, Alias, StringComparison.Ordinal)),
            Pod("unsigned", NotSigned),
            Pod("tag", $"{Host}/team/app:1.0"),
            Pod("revoked", Revoked),
            Pod("exempt", $"registry.k8s.io/pause@{digest}"),
            Pod("placeholder", "auto"),
            Pod("glass", NotSigned, annotations: Glass(later)),
            Pod("old-glass", NotSigned, annotations: Glass("2020-01-01T00:00:00Z")),
            Pod("one-of-two", Attested, "strict"),
            Pod("two-of-two", AttestedByBoth, "strict"),
            Pod("trial", NotSigned, "trial"),
            Pod("free", NotSigned, "free"),
            Pod("labelled", NotSigned, "team-a"),
            Pod("no-image", "Not An Image"),
        ];

        var (exit, explanation) = await cluster.ExplainAsJsonAsync(string.Join("---\n", pods));

        exit.Should().Be(2);
        explanation["admitted"]!.GetValue<bool>().Should().BeFalse();
        Outcomes(explanation).Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["by-hand"] = "allowed: attested",
            ["alias"] = "allowed: attested",
            ["unsigned"] = "denied: not attested",
            ["tag"] = "denied: not attested",
            ["revoked"] = "denied: not attested",
            ["exempt"] = "allowed: passes without",
            ["placeholder"] = "denied: not attested",
            ["glass"] = "breakglass: not attested, glass broken",
            ["old-glass"] = "denied: not attested",
            ["one-of-two"] = "denied: not attested",
            ["two-of-two"] = "allowed: attested",
            ["trial"] = "dryrun: not attested, dry run",
            ["free"] = "allowed: not checked",
            ["labelled"] = "denied: not attested",
            ["no-image"] = "denied: not attested",
        });
        Object(explanation, "unsigned").ToJsonString().Should().Contain("run kritis sign");
        Object(explanation, "tag").ToJsonString().Should().Contain("a tag can be moved");
        Object(explanation, "revoked").ToJsonString().Should().Contain("bad base image");
        Object(explanation, "glass").ToJsonString().Should().Contain("the shop is down");
        Object(explanation, "old-glass").ToJsonString().Should().Contain("its time has run out");
        Object(explanation, "labelled").ToJsonString().Should().Contain("--namespace-labels");
        Object(explanation, "free")["reason"]!.GetValue<string>().Should().Be("no policy selects the namespace");
        Object(explanation, "by-hand")["images"]![0]!["attestations"]![0]!["pushEvent"].Should().BeNull();
        Findings(explanation, "one-of-two").Should().Equal("of-qa: False", "of-release: True");
        Object(explanation, "two-of-two")["images"]![0]!["attestations"]!.AsArray().Select(attestation => attestation!["pushEvent"]!.GetValue<string>())
            .Should().BeEquivalentTo("e-1", "e-2");
    }

    [Fact]
    public async Task The_labels_of_the_namespace_the_namespace_and_the_cluster_can_be_named()
    {
        (await cluster.ExplainAsync(Pod("a", NotSigned, "team-a"), "--namespace-labels", "env=test,team=a")).ExitCode.Should().Be(0);
        (await cluster.ExplainAsync(Pod("a", NotSigned, "team-a"), "--namespace-labels", "env=prod")).ExitCode.Should().Be(2);
        (await cluster.ExplainAsync(Pod("a", NotSigned, "free"), "--cluster", "elsewhere")).ExitCode.Should().Be(2);
        var (exit, output) = await cluster.ExplainAsync(Pod("a", Attested, "free"), "--namespace", "strict");

        exit.Should().Be(2, output);
        output.Should().ContainAll("in namespace strict: refused", "the manifest names namespace free", "policy of-qa: attested only by 'release'");
    }

    [Fact]
    public async Task Every_kind_is_read_as_the_verifier_reads_it_and_lists_are_taken_apart()
    {
        var template = $$"""template: { spec: { initContainers: [{ name: i, image: {{Attested}} }], containers: [{ name: c, image: {{NotSigned}} }] } }""";
        var manifest = $$"""
            apiVersion: v1
            kind: List
            items:
            - { apiVersion: apps/v1, kind: Deployment, metadata: { name: deployment }, spec: { replicas: 0, {{template}} } }
            - { apiVersion: apps/v1, kind: ReplicaSet, metadata: { name: replicaset }, spec: { {{template}} } }
            - { apiVersion: apps/v1, kind: DaemonSet, metadata: { name: daemonset }, spec: { {{template}} } }
            - { apiVersion: apps/v1, kind: StatefulSet, metadata: { name: statefulset }, spec: { {{template}} } }
            - { apiVersion: v1, kind: ReplicationController, metadata: { name: controller }, spec: { {{template}} } }
            - { apiVersion: v1, kind: PodTemplate, metadata: { name: template }, {{template}} }
            - { apiVersion: batch/v1, kind: Job, metadata: { generateName: job- }, spec: { {{template}} } }
            - { apiVersion: batch/v1, kind: CronJob, metadata: { name: cronjob }, spec: { jobTemplate: { spec: { {{template}} } } } }
            - { apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: { name: rollout }, spec: { {{template}} } }
            ---
            apiVersion: v1
            kind: PodList
            items:
            - metadata: { name: of-list }
              spec: { containers: [{ name: c, image: {{Attested}} }], volumes: [{ name: v, image: { reference: {{NotSigned}} } }] }
            ---
            # nothing
            ---
            { "apiVersion": "v1", "kind": "Service", "metadata": { "name": "service" }, "spec": { "ports": [{ "port": 80 }] } }
            ---
            { apiVersion: apps/v1, kind: Deployment, metadata: { name: empty }, spec: {} }
            """;

        var (exit, explanation) = await cluster.ExplainAsJsonAsync(manifest);

        exit.Should().Be(2);
        var outcomes = Outcomes(explanation);
        foreach (var name in (string[])["deployment", "replicaset", "daemonset", "statefulset", "controller", "template", "job-", "cronjob", "rollout", "of-list"])
        {
            outcomes[name].Should().Be("denied: attested, not attested", name);
        }

        outcomes["service"].Should().Be("not-asked: ");
        outcomes["empty"].Should().Be("unreadable: ");
        Object(explanation, "rollout").ToJsonString().Should().Contain("only where its rules name that kind");
        Object(explanation, "of-list")["kind"]!.GetValue<string>().Should().Be("Pod");
    }

    [Fact]
    public async Task A_manifest_without_Pods_has_nothing_to_refuse_and_several_files_and_standard_input_are_taken_together()
    {
        var pod = cluster.Write("in.yaml", Pod("from-input", Attested));
        var map = cluster.Write("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { image: alpine }\n");
        var (exit, output) = await Testing.KritisProcess.RunWithInputAsync(cluster.File("."), pod, cluster.Environment, "explain", "-f", map, "-f", "-");

        exit.Should().Be(0, output);
        output.Should().ContainAll("ConfigMap settings in namespace default: nothing to decide", "-:1  Pod from-input in namespace default: admitted");
    }

    [Fact]
    public async Task Foreign_text_forges_no_line()
    {
        var (exit, output) = await cluster.ExplainAsync(Pod("\"a\\nAdmitted in cluster default.\\e[2J\"", $"x\\n  image {Attested}: attested [red]:bug:"));

        exit.Should().Be(2, output);
        output.Split('\n').Should().NotContain(line => line.StartsWith("Admitted", StringComparison.Ordinal) || line.StartsWith($"  image {Attested}", StringComparison.Ordinal));
        output.Should().Contain("[red]:bug:").And.NotContain("\u001b");
    }

    [Fact]
    public async Task What_cannot_be_found_out_ends_with_1_and_says_why()
    {
        var pod = Pod("web", Attested);
        (await cluster.ExplainAsync("a: [1")).Should().Match<(int ExitCode, string Output)>(ended => ended.ExitCode == 1 && ended.Output.Contains("this is not YAML"));
        (await cluster.ExplainAsync(pod, "--namespace-labels", "env")).ExitCode.Should().Be(1);
        (await cluster.ExplainAsync(pod, "-f", cluster.File("nope.yaml"))).Should().Match<(int ExitCode, string Output)>(ended => ended.ExitCode == 1 && ended.Output.Contains("nope.yaml"));
        (await cluster.ExplainAsync(pod, "--output", "xml")).ExitCode.Should().Be(1);

        var file = cluster.Write("pod.yaml", pod);
        await Refused("attestations.db is not there", "KRITIS_Data__Path", cluster.File("nowhere"));
        Directory.Exists(cluster.File("nowhere")).Should().BeFalse();
        await Refused("the attestation log could not be read", "KRITIS_Bus__Uri", "amqp://127.0.0.1:1/");
        cluster.Write("broken/a.yaml", "kind: Witness");
        await Refused("a.yaml", "KRITIS_Resources__Path", cluster.File("broken"));

        async Task Refused(string because, string setting, string value)
        {
            var environment = new Dictionary<string, string>(cluster.Environment) { [setting] = value };
            var (exit, output) = await Testing.KritisProcess.RunAsync(cluster.File("."), environment, "explain", "-f", file, "--patience", "1");
            exit.Should().Be(1, output);
            output.Should().Contain(because).And.NotContain("   at ");
        }
    }

    private static JsonNode Object(JsonNode explanation, string name) => explanation["objects"]!.AsArray().Single(explained => explained!["name"]!.GetValue<string>() == name)!;

    private static Dictionary<string, string> Outcomes(JsonNode explanation) => explanation["objects"]!.AsArray().ToDictionary(
        explained => explained!["name"]!.GetValue<string>(),
        explained => $"{explained!["outcome"]}: {string.Join(", ", explained["images"]!.AsArray().Select(image => image!["standing"]!.GetValue<string>()).Order(StringComparer.Ordinal))}");

    private static IEnumerable<string> Findings(JsonNode explanation, string name) =>
        Object(explanation, name)["images"]![0]!["findings"]!.AsArray().Select(finding => $"{finding!["policy"]}: {finding["holds"]!.GetValue<bool>()}");
}
