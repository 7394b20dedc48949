using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Resources.Kubernetes;

namespace Kritis.Events.Attestations.Tests.Resources.Kubernetes.Grafeas;

/// <summary><c>AdmissionAllowlist</c> of kritis-validation-hook.</summary>
public sealed class AllowlistTests
{
    private readonly Objects _objects = new();

    [Fact]
    public void The_documented_object_makes_exemptions_for_all_namespaces_and_for_one()
    {
        _objects.Allowlist("""
            [{"namePattern":"registry*.*.aliyuncs.com/acs/*"},
             {"namePattern":"registry-vpc.cn-beijing.aliyuncs.com/arms-docker-repo/*","namespace":"default"}]
            """, "kritis-allowlist");

        _objects.Set.Exemptions.Should().Equal(
            new Exemption { Pattern = "registry*.*.aliyuncs.com/acs/*", Source = "AdmissionAllowlist 'kritis-allowlist'" },
            new Exemption { Pattern = "registry-vpc.cn-beijing.aliyuncs.com/arms-docker-repo/*", Namespace = "default", Source = "AdmissionAllowlist 'kritis-allowlist'" });
    }

    [Theory]
    [InlineData("""[{"namePattern":"a.example.com/x"},{"namePattern":""}]""", "spec.patterns[1].namePattern: nothing stands here")]
    [InlineData("""[{"namePattern":"a.example.com/x y"}]""", "expected a pattern without white space")]
    [InlineData("""[{"namespace":"default"}]""", "spec.patterns[0].namePattern is missing")]
    [InlineData("""[{"namePattern":"a.example.com/x","namespace":"*"}]""", "expected a namespace's name")]
    [InlineData("""[{"namePattern":"a.example.com/x","namespace":""}]""", "spec.patterns[0].namespace: nothing stands here")]
    [InlineData("""[{"namePattern":"a.example.com/x","namespace":null}]""", "spec.patterns[0].namespace: null stands here")]
    [InlineData("""[{"namePattern":"a.example.com/x","namespaces":["default"]}]""", "'namespaces' is not known here; expected one of namePattern, namespace")]
    [InlineData("""["a.example.com/x"]""", "expected a mapping")]
    [InlineData("null", "expected a list")]
    public void G3_An_allowlist_that_is_wrong_anywhere_exempts_nothing(string patterns, string problem)
    {
        _objects.Allowlist(patterns);

        _objects.Set.Exemptions.Should().BeEmpty();
        _objects.StateOf("allowed").Message.Should().Contain(problem).And.EndWith("; it exempts nothing");
    }

    [Fact]
    public void G3_An_allowlist_in_a_namespace_exempts_nothing()
    {
        _objects.Allowlist("""[{"namePattern":"a.example.com/x"}]""", ns: "team");

        _objects.Set.Exemptions.Should().BeEmpty();
    }

    [Fact]
    public void An_invalid_change_keeps_what_was_exempt_and_a_deletion_ends_it()
    {
        _objects.Allowlist("""[{"namePattern":"a.example.com/x"}]""").Allowlist("""[{"namePattern":7,"more":1}]""");
        _objects.Set.Exemptions.Should().ContainSingle().Which.Pattern.Should().Be("a.example.com/x");
        _objects.StateOf("allowed").Standing.Should().Be(ObjectStanding.InvalidLastKept);

        _objects.Remove(Attestations.Kubernetes.ClusterKind.AdmissionAllowlists, "allowed");
        _objects.Set.Exemptions.Should().BeEmpty();
    }
}
