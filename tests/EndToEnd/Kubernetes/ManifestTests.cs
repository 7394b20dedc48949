using System.Text;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>The manifests are applied to a real API server, of release 1.20, again and again.</summary>
[Collection<Installed>]
public class ManifestTests(Installed installed)
{
    private const string Hook = "kritis-validation-hook";

    // The one thing that a server of 1.20 does not know.
    private static readonly string[] Unknown = ["poddisruptionbudget.policy/kritis-signer", "poddisruptionbudget.policy/kritis-verifier"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private KubernetesApiServer Server => installed.Server;

    [Theory]
    [InlineData(".", true)]
    [InlineData("overlays/single", false)]
    [InlineData("overlays/high-availability", true)]
    public async Task Every_object_is_taken_and_applied_again_changes_nothing(string overlay, bool hasBudgets)
    {
        var folder = Installed.Folder(overlay);
        var objects = (await Kubectl("kustomize", folder)).Split('\n').Count(line => line.StartsWith("kind:", StringComparison.Ordinal));
        string[] skipped = hasBudgets ? Unknown : [];
        (await Kubectl("api-versions")).Split('\n').Should().NotContain("policy/v1");

        var first = await Server.KubectlAsync(Cancellation, "apply", "-k", folder);
        var second = await Server.KubectlAsync(Cancellation, "apply", "-k", folder);

        foreach (var result in (CommandResult[])[first, second])
        {
            result.Succeeded.Should().Be(skipped.Length == 0);
            // Each skipped object has two lines, and nothing else is said.
            Lines(result.Error).Should().HaveCount(2 * skipped.Length, result.ToString());
            Refused(result.Error).Should().BeEquivalentTo(skipped);
            Lines(result.Output).Should().HaveCount(objects - skipped.Length);
        }

        Lines(second.Output).Should().OnlyContain(line => line.EndsWith(" unchanged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_kinds_of_kritis_validation_hook_are_installed_the_component_leaves_them_out_and_nothing_else()
    {
        using var folder = new ServerFolder("component");
        var (all, component) = (Relative(folder, "."), Relative(folder, "components/grafeas-kinds-installed"));
        folder.Write("with/kustomization.yaml", $"resources: [\"{all}\"]\ncomponents: [\"{component}\"]\n");
        folder.Write("without/kustomization.yaml", $"resources: [\"{all}\"]\n");

        var with = Objects(await Kubectl("kustomize", folder.File("with")));

        var without = Objects(await Kubectl("kustomize", folder.File("without")));
        without.Except(with).Should().OnlyContain(text => text.Contains("kind: CustomResourceDefinition", StringComparison.Ordinal)
            && text.Contains(".kritis.grafeas.io", StringComparison.Ordinal)).And.HaveCount(3);
        with.Except(without).Should().BeEmpty();
    }

    private static string Relative(ServerFolder folder, string part) => Path.GetRelativePath(folder.File("with"), Path.GetFullPath(Installed.Folder(part)));

    private static string[] Objects(string manifests) => manifests.Split("---\n");

    [Fact]
    public async Task The_authority_that_the_verifier_put_in_survives_an_upgrade()
    {
        var authority = Convert.ToBase64String(Encoding.UTF8.GetBytes(Server.CertificateAuthority));
        await Kubectl("patch", "validatingwebhookconfiguration", Hook, "--type=json",
            "--patch", $$"""[{"op":"add","path":"/webhooks/0/clientConfig/caBundle","value":"{{authority}}"}]""");

        await Kubectl("apply", "-k", Installed.Folder("overlays/single"));

        (await Kubectl("get", "validatingwebhookconfiguration", Hook, "-o", "jsonpath={.webhooks[0].clientConfig.caBundle}")).Should().Be(authority);
    }

    [Fact]
    public async Task Everything_but_the_webhook_can_be_applied_first()
    {
        await Kubectl("delete", "validatingwebhookconfiguration", Hook);

        var without = await Kubectl("apply", "-k", Installed.Folder("overlays/single"), "-l", "app.kubernetes.io/component!=webhook");
        var missing = await Server.KubectlAsync(Cancellation, "get", "validatingwebhookconfiguration", Hook);
        var all = await Kubectl("apply", "-k", Installed.Folder("overlays/single"));

        without.Should().Contain("deployment.apps/kritis-verifier").And.NotContain(Hook);
        missing.Error.Should().Contain("NotFound");
        all.Should().Contain($"validatingwebhookconfiguration.admissionregistration.k8s.io/{Hook} created");
    }

    private Task<string> Kubectl(params string[] arguments) => installed.KubectlAsync(Cancellation, arguments);

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What kubectl names with the reason that the server does not know its version.</summary>
    private static IEnumerable<string> Refused(string error) => Lines(error)
        .Where(line => line.Contains("no matches for kind \"PodDisruptionBudget\" in version \"policy/v1\"", StringComparison.Ordinal))
        .Select(line => "poddisruptionbudget.policy/" + line.Split("name: \"")[1].Split('"')[0]);
}
