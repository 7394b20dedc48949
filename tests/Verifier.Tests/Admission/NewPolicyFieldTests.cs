using Kritis.Events.Attestations.Resources;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

/// <summary>Selection by label, exemptions of the whole cluster, placeholders, and policies that cannot be read.</summary>
public sealed class NewPolicyFieldTests
{
    private const string Refused = "image alpine:3.11 is not attested";

    private static readonly SecurityPolicy OfProduction = Given.Policy() with
    {
        Namespaces = ["*"],
        NamespaceSelector = new LabelSelector([new LabelRequirement("env", LabelOperator.In, ["prod"])]),
    };

    [Fact]
    public void A_namespace_is_selected_by_the_labels_it_has_now()
    {
        var cluster = new Cluster(OfProduction);
        cluster.Labels.Set("default", new Dictionary<string, string> { ["env"] = "test" });
        cluster.Decide("alpine:3.11").Reason.Should().Be("no policy selects the namespace");

        cluster.Labels.Set("default", new Dictionary<string, string> { ["env"] = "prod" });
        cluster.Decide("alpine:3.11").Message.Should().Be(Refused);
    }

    [Fact]
    public void G3_a_namespace_whose_labels_are_not_known_is_selected()
    {
        var cluster = new Cluster(OfProduction);
        cluster.Decide("alpine:3.11").Message.Should().Be(Refused);

        cluster.Labels.Set("default", new Dictionary<string, string>());
        cluster.Labels.Remove("default");
        cluster.Decide("alpine:3.11").Message.Should().Be(Refused);
    }

    [Fact]
    public void Names_and_labels_must_both_select()
    {
        var cluster = new Cluster(OfProduction with { Namespaces = ["prod-*"] });
        cluster.Labels.Set("default", new Dictionary<string, string> { ["env"] = "prod" });

        cluster.Decide("alpine:3.11").Allowed.Should().BeTrue();
    }

    [Fact]
    public async Task A_namespace_that_was_made_a_moment_ago_is_waited_for_and_decided_by_its_labels()
    {
        var cluster = new Cluster(OfProduction);
        cluster.Labels.IsFollowed = true;

        var deciding = cluster.DecideAsync(Review.Pod("alpine:3.11"), TimeSpan.FromSeconds(9));
        cluster.Labels.Set("other", new Dictionary<string, string>());
        deciding.IsCompleted.Should().BeFalse();
        cluster.Labels.Set("default", new Dictionary<string, string> { ["env"] = "test" });

        (await deciding).Allowed.Should().BeTrue();
    }

    [Fact]
    public async Task G3_a_namespace_that_never_shows_up_is_selected_after_a_moment()
    {
        var cluster = new Cluster(OfProduction);
        cluster.Labels.IsFollowed = true;
        var deciding = cluster.DecideAsync(Review.Pod("alpine:3.11"), TimeSpan.FromSeconds(9));

        cluster.Time.Advance(TimeSpan.FromSeconds(1));

        (await deciding).Message.Should().Be(Refused);
    }

    [Fact]
    public void An_allowlist_of_the_cluster_exempts_from_every_policy()
    {
        var resources = Given.Resources(Given.Policy(), Given.Policy("second")) with { Exemptions = [Allowed("alpine:3.11")] };

        var decision = new Cluster(resources).Decide("alpine:3.11");

        decision.Allowed.Should().BeTrue();
        decision.Images.Single().Explanation.Should().Contain("exempt by 'docker.io/library/alpine:3.11' of AdmissionAllowlist 'list'");
    }

    [Theory]
    [InlineData("default", true)]
    [InlineData("other", false)]
    public void An_allowlist_for_one_namespace_exempts_only_there(string ns, bool allowed)
    {
        var resources = Given.Resources(Given.Policy() with { Namespaces = ["*"] }) with { Exemptions = [Allowed("alpine:3.11") with { Namespace = "default" }] };

        new Cluster(resources).Decide(Review.Pod("alpine:3.11").In(ns)).Allowed.Should().Be(allowed);
    }

    [Theory]
    [InlineData("deployment-create", true)]
    [InlineData("replicaset-create", true)]
    [InlineData("cronjob-create", true)]
    [InlineData("pod-create", false)]
    public void G3_a_placeholder_passes_in_a_template_and_never_in_a_pod(string review, bool allowed)
    {
        var cluster = new Cluster(Given.Policy() with { Placeholders = ["auto"] });

        cluster.Decide(Review.Load(review, "auto")).Allowed.Should().Be(allowed);
        cluster.Decide(Review.Load(review, "auto:1")).Allowed.Should().BeFalse();
        cluster.Decide(Review.Load(review, "docker.io/library/auto")).Allowed.Should().BeFalse("it is not written as the placeholder is");
    }

    [Fact]
    public void G3_a_policy_that_cannot_be_read_is_fulfilled_by_nothing()
    {
        var cluster = new Cluster(Given.Policy("broken") with { Problem = "spec.require: expected either allOf or atLeast" });
        cluster.Index.Attest(Given.Alpine, Given.Release);

        var decision = cluster.Decide(Given.Alpine);

        decision.Message.Should().Be($"image {Given.Alpine} is not attested");
        decision.Warnings.Should().ContainSingle().Which.Should().EndWith("nothing fulfils this policy until it is put right: spec.require: expected either allOf or atLeast");
    }

    [Fact]
    public void G3_a_witness_that_is_not_there_attests_nothing()
    {
        var decision = new Cluster(Given.Policy() with { Witnesses = ["nobody"] }).Decide(Given.Alpine);

        decision.Allowed.Should().BeFalse();
        decision.Warnings.Should().ContainSingle().Which.Should().EndWith("'nobody' is a witness without any key here; create or repair the Witness");
    }

    [Theory]
    [InlineData(LabelOperator.In, "prod", true)]
    [InlineData(LabelOperator.In, "test", false)]
    [InlineData(LabelOperator.In, null, false)]
    [InlineData(LabelOperator.NotIn, "prod", false)]
    [InlineData(LabelOperator.NotIn, "test", true)]
    [InlineData(LabelOperator.NotIn, null, true)]
    [InlineData(LabelOperator.Exists, "test", true)]
    [InlineData(LabelOperator.Exists, null, false)]
    [InlineData(LabelOperator.DoesNotExist, "test", false)]
    [InlineData(LabelOperator.DoesNotExist, null, true)]
    public void Requirements_mean_what_they_mean_in_Kubernetes(LabelOperator how, string? value, bool selected)
    {
        var labels = value is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["env"] = value };

        new LabelSelector([new LabelRequirement("env", how, ["prod"])]).Matches(labels).Should().Be(selected);
    }

    private static Exemption Allowed(string pattern) => new() { Pattern = pattern, Source = "AdmissionAllowlist 'list'" };
}
