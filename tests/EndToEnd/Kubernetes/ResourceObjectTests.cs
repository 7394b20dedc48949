using System.Security.Cryptography;
using System.Text;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>Resources as objects, with real kubectl against a real API server: what is refused, what is told, what counts.</summary>
[Collection<ClusterInstallation>]
public class ResourceObjectTests(ClusterInstallation cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_policy_is_in_force_once_it_is_applied_changed_with_it_and_gone_with_it()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "objects");
        await UntilAdmittedAsync("nginx:1", ns);

        await ApplyAsync(Policy(ns, "{ allOf: [release] }"));
        await UntilRefusedAsync("nginx:1", ns, "image nginx:1 is not attested");
        await ApplyAsync(Policy(ns, "{ allOf: [release] }", "exempt: [\"nginx:1\"]"));
        await UntilAdmittedAsync("nginx:1", ns);
        await ApplyAsync(Policy(ns, "{ allOf: [release] }"));
        await UntilRefusedAsync("nginx:1", ns, "image nginx:1 is not attested");
        await cluster.KubectlAsync(Cancellation, "delete", "securitypolicy", ns);
        await UntilAdmittedAsync("nginx:1", ns);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "kind: Registry\nmetadata: { name: refused }\nspec: { host: no-dot }", "spec.host" },
        { "kind: Registry\nmetadata: { name: refused }\nspec: {}", "missing required field \"host\"" },
        { "kind: Registry\nmetadata: { name: refused }\nspec: { host: a.example.com, aliases: [b.example.com, b.example.com] }", "Duplicate value: \"b.example.com\"" },
        { "kind: Registry\nmetadata: { name: refused }\nspec: { host: a.example.com, url: \"http://a.example.com\" }", "spec.url" },
        { "kind: Registry\nmetadata: { name: refused }\nspec: { host: a.example.com, credentials: { username: u, passwordEnv: KRITIS_Bus__Uri } }", "spec.credentials.passwordEnv" },
        { "kind: Registry\nmetadata: { name: refused }\nspec: { host: a.example.com, credentials: { username: u, passwordFile: ../token } }", "spec.credentials.passwordFile" },
        { "kind: Registry\nmetadata: { name: refused }\nspec: { host: Docker.io }", "spec.host" },
        { "kind: Witness\nmetadata: { name: refused }\nspec: { keys: [] }", "spec.keys" },
        { "kind: Witness\nmetadata: { name: refused }\nspec: { keys: [{ kms: local, keyId: k, algorithm: RSA, state: active, publicKey: x }] }", "Unsupported value: \"RSA\"" },
        { "kind: SigningRule\nmetadata: { name: refused }\nspec: { registry: main, namespace: x, repositories: ['*'], tags: ['*'], witness: release, mode: Sometimes }", "supported values: \"Automatic\", \"Manual\"" },
        { "kind: SecurityPolicy\nmetadata: { name: refused }\nspec: { namespaces: [x] }", "missing required field \"require\"" },
        { "kind: SecurityPolicy\nmetadata: { name: refused }\nspec: { require: { allOf: [release] } }", "spec.namespaces: Required value" },
        { "kind: SecurityPolicy\nmetadata: { name: refused }\nspec: { namespaces: [x], require: { allOf: [release], atLeast: 1, of: [release] } }", "spec.require" },
        { "kind: SecurityPolicy\nmetadata: { name: refused }\nspec: { namespaces: [x], require: { allOf: [] } }", "spec.require.allOf" },
        { "kind: SecurityPolicy\nmetadata: { name: refused }\nspec: { namespaces: [x], require: { allOf: [release] }, enforcement: Maybe }", "supported values: \"Enforce\", \"DryRun\"" },
        { "kind: SecurityPolicy\nmetadata: { name: refused }\nspec: { namespaces: [x], require: { allOf: [release] }, waitForAttestation: 9s }", "spec.waitForAttestation" },
        { "kind: SecurityPolicy\nmetadata: { name: refused }\nspec: { namespaces: [x], require: { allOf: [release] }, tpyo: 1 }", "unknown field \"tpyo\"" },
        { "kind: SecurityPolicy\nmetadata: { name: refused }", "spec" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_right_is_refused_with_a_readable_message(string manifest, string message)
    {
        var refused = await cluster.Server.KubectlAsync("apiVersion: kritis.events/v1alpha1\n" + manifest, Cancellation, "apply", "-f", "-");

        refused.Succeeded.Should().BeFalse();
        refused.Error.Should().Contain(message);
    }

    [Theory]
    [InlineData("repositories", "repositries: [only-this]", "tags: [v1]", "mode: Manual")]
    [InlineData("tags", "repositories: [only-this]", "tgas: [v1]", "mode: Manual")]
    [InlineData("mode", "repositories: [only-this]", "tags: [v1]", "moed: Manual")]
    public async Task G3_a_misspelt_limit_of_a_signing_rule_is_refused_whatever_the_client(string missing, params string[] members)
    {
        // Without kubectl's own check, as other clients do it: the API server drops what it does not know.
        var refused = await cluster.Server.KubectlAsync(
            $"apiVersion: kritis.events/v1alpha1\nkind: SigningRule\nmetadata: {{ name: refused }}\nspec: {{ registry: main, namespace: x, witness: release, {string.Join(", ", members)} }}",
            Cancellation, "apply", "--validate=false", "-f", "-");

        refused.Succeeded.Should().BeFalse();
        refused.Error.Should().Contain($"spec.{missing}: Required value");
    }

    [Fact]
    public async Task G3_a_misspelt_limit_of_a_registry_is_refused_whatever_the_client()
    {
        var refused = await cluster.Server.KubectlAsync(
            "apiVersion: kritis.events/v1alpha1\nkind: Registry\nmetadata: { name: refused }\nspec: { host: a.example.com, acr: { instanceId: cri-1, region: r-1, namespacs: [x] } }",
            Cancellation, "apply", "--validate=false", "-f", "-");

        refused.Succeeded.Should().BeFalse();
        refused.Error.Should().Contain("spec.acr.namespaces: Required value");
    }

    [Fact]
    public async Task Every_example_of_the_documentation_is_taken()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "resources.md"), Cancellation);
        using var key = RSA.Create(2048);
        var example = page.Split("```yaml\n")[1].Split("```")[0].Replace("…", Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), StringComparison.Ordinal);

        var taken = await cluster.Server.KubectlAsync(example, Cancellation, "apply", "--dry-run=server", "-f", "-");

        taken.Succeeded.Should().BeTrue(taken.ToString());
        taken.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(4);
    }

    [Fact]
    public async Task Kubectl_get_shows_what_each_object_says_and_whether_it_counts()
    {
        await UntilStatusAsync("securitypolicy", "default-namespace", "InForce");
        await UntilStatusAsync("registry", "main", "InForce");
        await UntilStatusAsync("witness", "release", "InForce");
        await UntilStatusAsync("signingrule", "kritis-demo", "InForce");

        (await RowAsync("registries", "main")).Should().MatchRegex($@"^main +{cluster.Registry.Address} +True +InForce ");
        (await RowAsync("securitypolicies", "default-namespace")).Should().MatchRegex(@"^default-namespace +true +\[""?default""? ?,? ?""?checked-\*""?\] +Enforce +True +InForce ");
        (await RowAsync("witnesses", "release")).Should().Contain("True").And.Contain("InForce");
        (await RowAsync("signingrules", "kritis-demo")).Should().Contain("True").And.Contain("InForce");
    }

    [Fact]
    public async Task G3_a_policy_that_was_never_valid_refuses_and_says_why_in_its_status()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "objects");
        var signed = await cluster.SignedAsync("never-valid", Cancellation);

        await ApplyAsync(Policy(ns, "{ atLeast: 2, of: [release] }"));

        await UntilRefusedAsync(signed, ns, "is not attested");
        (await UntilStatusAsync("securitypolicy", ns, "Invalid")).Should().Be(
            $"SecurityPolicy '{ns}': spec.require.atLeast: expected a number from 1 to 1, found '2'; it refuses every image of the namespaces it selects");
        (await cluster.KubectlAsync(Cancellation, "get", "securitypolicy", ns, "-o", "jsonpath={.status.conditions[0].observedGeneration}")).Should().Be("1");
        await cluster.KubectlAsync(Cancellation, "delete", "securitypolicy", ns);
    }

    [Fact]
    public async Task G3_an_invalid_change_of_a_policy_leaves_the_last_valid_one_in_force()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "objects");
        var signed = await cluster.SignedAsync("last-kept", Cancellation);
        await ApplyAsync(Policy(ns, "{ allOf: [release] }"));
        await UntilRefusedAsync("nginx:1", ns, "is not attested");

        await ApplyAsync(Policy(ns, "{ atLeast: 2, of: [release] }", "exempt: [\"nginx:1\"]"));

        (await UntilStatusAsync("securitypolicy", ns, "InvalidLastKept")).Should().EndWith("found '2'; the last valid version stays in force");
        (await Review.AdmitsAsync(cluster.Verifier, "nginx:1", Cancellation, ns)).Should().BeFalse();
        (await Review.AdmitsAsync(cluster.Verifier, signed, Cancellation, ns)).Should().BeTrue();
        await cluster.KubectlAsync(Cancellation, "delete", "securitypolicy", ns);
    }

    [Fact]
    public async Task G3_a_policy_before_its_witness_refuses_until_the_witness_is_there()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "objects");
        using var key = RSA.Create(2048);

        await ApplyAsync(Policy(ns, "{ allOf: [later] }"));
        await UntilRefusedAsync("nginx:1", ns, "is not attested");
        (await UntilStatusAsync("securitypolicy", ns, "MissingWitness")).Should().Contain("spec.require: there is no Witness 'later'");

        await ApplyAsync(Witness("later", key.ExportSubjectPublicKeyInfoPem()));
        await UntilStatusAsync("securitypolicy", ns, "InForce");
        (await Review.AdmitsAsync(cluster.Verifier, "nginx:1", Cancellation, ns)).Should().BeFalse();
        await cluster.KubectlAsync(Cancellation, "delete", $"securitypolicy/{ns}", "witness/later");
    }

    [Fact]
    public async Task G3_a_second_registry_of_one_host_is_told_so_and_changes_nothing()
    {
        await ApplyAsync($"kind: Registry\nmetadata: {{ name: a-thief }}\nspec: {{ host: thief.example.com, aliases: [\"{cluster.Registry.Address}\"] }}");

        (await UntilStatusAsync("registry", "a-thief", "Conflict")).Should().Contain($"the host {cluster.Registry.Address} belongs to Registry 'main' already");
        _ = await cluster.SignedAsync("still-signed", Cancellation);
        await cluster.KubectlAsync(Cancellation, "delete", "registry", "a-thief");
    }

    [Fact]
    public async Task While_the_API_server_is_away_policies_stay_and_changes_afterwards_are_seen()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "objects");
        var signed = await cluster.SignedAsync("outage", Cancellation);
        await ApplyAsync(Policy(ns, "{ allOf: [release] }"));
        await UntilRefusedAsync("nginx:1", ns, "is not attested");

        await cluster.Server.KillAsync();
        await Eventually.Async("the verifier has noticed", () => cluster.Verifier.Output.Contains("securitypolicies.kritis.events cannot be followed", StringComparison.Ordinal), Cancellation);
        foreach (var verifier in new[] { cluster.Verifier, cluster.Replica })
        {
            (await Review.AdmitsAsync(verifier, "nginx:1", Cancellation, ns)).Should().BeFalse();
            (await Review.AdmitsAsync(verifier, signed, Cancellation, ns)).Should().BeTrue();
            (await verifier.Http.GetAsync(new Uri("/readyz", UriKind.Relative), Cancellation)).IsSuccessStatusCode.Should().BeTrue();
        }

        await cluster.Server.RestartAsync(Cancellation);
        await Eventually.Async("kubectl applies again", async () =>
            (await cluster.Server.KubectlAsync(Full(Policy(ns, "{ allOf: [release] }", "exempt: [\"nginx:1\"]")), Cancellation, "apply", "-f", "-")).Succeeded, Cancellation);
        await UntilAdmittedAsync("nginx:1", ns);
        await cluster.KubectlAsync(Cancellation, "delete", "securitypolicy", ns);
        await UntilAdmittedAsync("redis:1", ns);
    }

    [Fact]
    public async Task The_objects_of_kritis_validation_hook_are_read_as_they_are()
    {
        var ns = await cluster.NamespaceAsync(Cancellation, "objects");
        var other = await cluster.NamespaceAsync(Cancellation, "objects");
        var signed = await cluster.SignedAsync("older-kinds", Cancellation);
        using var key = RSA.Create(2048);
        var pem = Convert.ToBase64String(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()));

        await ApplyAsync($"kind: GenericAttestationPolicy\nmetadata: {{ name: demo-gap, namespace: {ns} }}\nspec: {{ attestationAuthorityNames: [release] }}");
        await UntilRefusedAsync("nginx:1", ns, "image nginx:1 is not attested");
        (await Review.AdmitsAsync(cluster.Verifier, signed, Cancellation, ns)).Should().BeTrue();
        (await Review.AdmitsAsync(cluster.Verifier, "nginx:1", Cancellation, other)).Should().BeTrue();

        await ApplyAsync($"kind: AttestationAuthority\nmetadata: {{ name: demo-aa }}\nspec: {{ noteReference: namespaces/demo-aa, publicKeyData: {pem}, publicKeyId: 4a2ef103 }}");
        await ApplyAsync($"kind: GenericAttestationPolicy\nmetadata: {{ name: demo-gap, namespace: {ns} }}\nspec: {{ attestationAuthorityNames: [release, demo-aa] }}");
        await UntilRefusedAsync(signed, ns, "is not attested");

        await ApplyAsync($"kind: AdmissionAllowlist\nmetadata: {{ name: objects-allowlist }}\nspec: {{ patterns: [{{ namePattern: 'nginx*', namespace: {ns} }}] }}");
        await UntilAdmittedAsync("nginx:1", ns);
        (await Review.AdmitsAsync(cluster.Verifier, "nginx/nginx:1", Cancellation, ns)).Should().BeFalse();
        (await Review.AdmitsAsync(cluster.Verifier, "nginx:1", Cancellation, "checked-probe")).Should().BeFalse();
        await cluster.KubectlAsync(Cancellation, "delete", "admissionallowlist/objects-allowlist", "attestationauthority/demo-aa");
        await cluster.KubectlAsync(Cancellation, "-n", ns, "delete", "genericattestationpolicy", "demo-gap");
    }

    private static string Policy(string ns, string require, string more = "") =>
        $"kind: SecurityPolicy\nmetadata: {{ name: {ns} }}\nspec:\n  namespaces: [\"{ns}\"]\n  require: {require}\n  {more}\n";

    private static string Witness(string name, string pem) =>
        $"kind: Witness\nmetadata: {{ name: {name} }}\nspec:\n  keys:\n    - kms: local\n      keyId: {name}\n      algorithm: RSA_PKCS1_SHA_256\n      state: retired\n"
        + $"      publicKey: |\n        {pem.Replace("\n", "\n        ", StringComparison.Ordinal)}\n";

    private static string Full(string manifest) =>
        $"apiVersion: {(manifest.Contains("kind: A", StringComparison.Ordinal) || manifest.Contains("kind: G", StringComparison.Ordinal) ? "kritis.grafeas.io/v1beta1" : "kritis.events/v1alpha1")}\n{manifest}";

    private Task ApplyAsync(string manifest) => cluster.ApplyAsync(Full(manifest), Cancellation);

    private async Task<string> RowAsync(string kind, string name) =>
        (await cluster.KubectlAsync(Cancellation, "get", kind, name, "--no-headers")).Trim();

    private Task UntilAdmittedAsync(string image, string ns) => Eventually.Async($"{image} is admitted in {ns}", async () =>
        await Review.AdmitsAsync(cluster.Verifier, image, Cancellation, ns) && await Review.AdmitsAsync(cluster.Replica, image, Cancellation, ns), Cancellation, () => cluster.Verifier.Output);

    private Task UntilRefusedAsync(string image, string ns, string message) => Eventually.Async($"{image} is refused in {ns}", async () =>
        (await Review.OfPodAsync(cluster.Verifier, ns, Cancellation, image)).Message.Contains(message, StringComparison.Ordinal)
        && !await Review.AdmitsAsync(cluster.Replica, image, Cancellation, ns), Cancellation, () => cluster.Verifier.Output);

    /// <summary>Waits until an object's status gives that reason.</summary>
    /// <returns>The message beside it.</returns>
    private async Task<string> UntilStatusAsync(string kind, string name, string reason)
    {
        var ready = "";
        await Eventually.Async($"{kind} {name} says {reason}", async () =>
        {
            ready = await cluster.KubectlAsync(Cancellation, "get", kind, name, "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")]['status','reason','message']}");
            return ready.StartsWith($"{(reason == "InForce" ? "True" : "False")} {reason} ", StringComparison.Ordinal);
        }, Cancellation, () => $"{ready}\n{cluster.Verifier.Output}\n{cluster.Replica.Output}");
        return ready.Split(' ', 3)[2];
    }
}
