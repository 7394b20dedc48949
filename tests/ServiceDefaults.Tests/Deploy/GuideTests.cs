using System.Text.RegularExpressions;
using k8s.Models;

namespace Kritis.Events.ServiceDefaults.Tests.Deploy;

/// <summary>What <c>docs/kubernetes.md</c> tells to write works as it stands there.</summary>
public partial class GuideTests
{
    [Fact]
    public async Task The_kustomization_of_ones_own_changes_images_and_settings()
    {
        var manifests = await FromGuideAsync("images:");

        manifests.Containers.Select(running => running.Container.Image).Should().OnlyContain(image => ByDigest().IsMatch(image))
            .And.HaveCount(2);
        var settings = manifests.All<V1ConfigMap>().Should().ContainSingle().Subject;
        settings.Data.Should().Contain("KRITIS_Cluster__Name", "prod");
        manifests.Containers.SelectMany(running => running.Container.EnvFrom).Should().OnlyContain(from => from.ConfigMapRef.Name == settings.Metadata.Name);
    }

    [Fact]
    public async Task The_patch_for_another_namespace_spares_it_from_every_webhook()
    {
        var manifests = await FromGuideAsync("patches:");

        var webhooks = manifests.All<V1ValidatingWebhookConfiguration>().Single().Webhooks;
        webhooks.Should().HaveCount(8).And.OnlyContain(webhook =>
            webhook.NamespaceSelector.MatchExpressions.Single().Values.Order().SequenceEqual(new[] { "kritis", "kube-system", "rabbitmq" }));
    }

    [Fact]
    public void Its_names_are_those_of_the_manifests()
    {
        var guide = File.ReadAllText(WorkingTree.Path("docs", "kubernetes.md"));
        foreach (var secret in (string[])["kritis-bus --from-literal=uri=", "kritis-intake --from-literal=token=", "kritis-registries ", "kritis-keys "])
        {
            guide.Should().Contain("create secret generic " + secret);
        }

        foreach (var folder in FolderName().Matches(guide).Select(match => match.Groups[1].Value))
        {
            Directory.Exists(WorkingTree.Path("deploy", "kubernetes", folder)).Should().BeTrue(folder);
        }
    }

    private static async Task<Manifests> FromGuideAsync(string with)
    {
        var block = YamlBlock().Matches(await File.ReadAllTextAsync(WorkingTree.Path("docs", "kubernetes.md"))).Select(match => match.Groups[1].Value)
            .Single(yaml => yaml.Contains("kind: Kustomization", StringComparison.Ordinal) && yaml.Contains(with, StringComparison.Ordinal));
        return await Kustomization.BuildAsync(block);
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex(@"^registry\.example\.com/kritis/(verifier|signer)@sha256:[0-9a-f]{64}$")]
    private static partial Regex ByDigest();

    [GeneratedRegex("`((?:overlays|components)/[a-z-]+)`")]
    private static partial Regex FolderName();
}
