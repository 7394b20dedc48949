using System.Text.Json;
using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Resources.Kubernetes.Grafeas;
using Kritis.Events.Attestations.Resources.Yaml;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Tests.Policies;

/// <summary>What an <c>AdmissionAllowlist</c> exempts, from the object to the answer: the rules of its <c>namePattern</c>, one by one.</summary>
public sealed class AllowlistPatternTests
{
    [Theory]
    [InlineData("nginx:v0.1.0", "nginx:v0.1.0", true)]
    [InlineData("nginx:v0.1.0", "nginx:v0.1.1", false)]
    [InlineData("nginx:v0.1.0", "attacker.example.com/nginx:v0.1.0", false)]
    [InlineData("a.com/nginx*", "a.com/nginx:v0.1.0", true)]
    [InlineData("a.com/nginx*", "a.com/nginx/test:v0.1.0", false)]
    [InlineData("a.com/nginx*", "attacker.example.com/a.com/nginx:v0.1.0", false)]
    [InlineData("registry-vpc.cn-*.aliyuncs.com/acs/pause:3.2", "registry-vpc.cn-hangzhou.aliyuncs.com/acs/pause:3.2", true)]
    [InlineData("registry-vpc.cn-*.aliyuncs.com/acs/pause:3.2", "registry-vpc.cn-hangzhou.aliyuncs.com/acs/pause:3.3", false)]
    [InlineData("registry-vpc.cn-*.aliyuncs.com/acs/pause:3.2", "registry-vpc.cn-x.attacker.com/y.aliyuncs.com/acs/pause:3.2", false)]
    [InlineData("registry-vpc.cn-*.aliyuncs.com/acs/pause:3.2", "registry-vpc.cn-x.y.aliyuncs.com/acs/pause:3.2", false)]
    [InlineData("registry*.*.aliyuncs.com/acs/*", "registry-vpc.cn-beijing.aliyuncs.com/acs/terway:v1", true)]
    [InlineData("registry*.*.aliyuncs.com/acs/*", "registry.cn-beijing.aliyuncs.com/acs/a/b:v1", false)]
    [InlineData("registry*.*.aliyuncs.com/acs/*", "registry.cn-beijing.aliyuncs.com.attacker.example.com/acs/x:1", false)]
    [InlineData("*", "attacker.example.com/x:1", false)]
    public void A_pattern_of_an_allowlist_matches_whole_references(string pattern, string image, bool exempt) =>
        Exempts($$"""[{"namePattern":"{{pattern}}"}]""", "default", image).Should().Be(exempt);

    [Theory]
    [InlineData("default", true)]
    [InlineData("default-2", false)]
    [InlineData("kube-public", false)]
    public void An_entry_with_a_namespace_holds_there_only(string ns, bool exempt) =>
        Exempts("""[{"namePattern":"a.com/nginx*","namespace":"default"}]""", ns, "a.com/nginx:1").Should().Be(exempt);

    private static bool Exempts(string patterns, string ns, string image)
    {
        var problems = new ProblemList();
        var json = JsonDocument.Parse($$$"""{"metadata":{"name":"allowed"},"spec":{"patterns":{{{patterns}}}}}""").RootElement;
        var exemptions = AllowlistReader.Read(CustomDocument.Of(json), problems);
        problems.All.Should().BeEmpty();
        ImageReference.TryParse(image, out var reference, out _).Should().BeTrue();
        var written = reference!.ToString();
        return new PolicySet(new ResourceSet { Exemptions = exemptions! }, "default").Exempts(ns, written, written) is not null;
    }
}
