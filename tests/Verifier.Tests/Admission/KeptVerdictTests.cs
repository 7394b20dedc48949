using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Policies;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

/// <summary>A yes that is kept with its image is none for anything else: another moment, namespace, label, policy or key.</summary>
public sealed class KeptVerdictTests
{
    [Fact]
    public void G3_a_yes_that_was_given_before_ends_with_a_revocation()
    {
        var cluster = Cluster.WithAlpine();
        Twice(cluster, "default").Should().BeTrue();

        cluster.Index.Revoke(Given.Alpine, Given.Release, "backdoor");

        Twice(cluster, "default").Should().BeFalse();
    }

    [Fact]
    public void G3_a_yes_that_was_given_before_ends_with_its_key_and_comes_back_with_it()
    {
        var cluster = Cluster.WithAlpine();
        Twice(cluster, "default").Should().BeTrue();

        cluster.Resources.Swap(Given.Resources(Given.Policy()).With(Given.Release.InState(KeyState.Revoked)));
        Twice(cluster, "default").Should().BeFalse();

        cluster.Resources.Swap(Given.Resources(Given.Policy()));
        Twice(cluster, "default").Should().BeTrue();
    }

    [Fact]
    public void G3_a_yes_of_one_namespace_is_none_in_another_whose_policies_ask_for_more()
    {
        var cluster = new Cluster(
            Given.Policy("weak") with { Namespaces = ["weak", "default"] },
            Given.Policy("strict") with { Namespaces = ["strict"], Witnesses = ["release", "qa"], AtLeast = 2 });
        cluster.Index.Attest(Given.Alpine, Given.Release);

        Twice(cluster, "weak").Should().BeTrue();
        Twice(cluster, "strict").Should().BeFalse();
        Twice(cluster, "weak").Should().BeTrue();

        cluster.Attest(Given.Alpine, Given.Qa);
        Twice(cluster, "strict").Should().BeTrue();
    }

    [Fact]
    public void G3_a_yes_ends_with_the_labels_that_it_rested_on()
    {
        var cluster = new Cluster(
            Given.Policy("weak"),
            Given.Policy("strict") with
            {
                Witnesses = ["release", "qa"],
                AtLeast = 2,
                NamespaceSelector = new LabelSelector([new LabelRequirement("env", LabelOperator.In, ["prod"])]),
            });
        cluster.Index.Attest(Given.Alpine, Given.Release);

        cluster.Labels.Set("default", new Dictionary<string, string> { ["env"] = "test" });
        Twice(cluster, "default").Should().BeTrue();

        cluster.Labels.Set("default", new Dictionary<string, string> { ["env"] = "prod" });
        Twice(cluster, "default").Should().BeFalse();

        cluster.Labels.Set("default", new Dictionary<string, string>());
        Twice(cluster, "default").Should().BeTrue();

        cluster.Labels.Remove("default");
        Twice(cluster, "default").Should().BeFalse("labels that are not known loosen nothing");
    }

    [Fact]
    public void G3_a_yes_for_one_image_is_none_for_another_beside_it()
    {
        var cluster = Cluster.WithAlpine();
        Twice(cluster, "default").Should().BeTrue();

        cluster.Decide(Given.Alpine, Given.Alpine + "0").Allowed.Should().BeFalse();
        cluster.Decide(Given.Alpine.Replace("alpine", "alpine2", StringComparison.Ordinal)).Allowed.Should().BeFalse();
    }

    [Fact]
    public void Images_are_kept_by_their_text_and_no_more_of_it_than_an_images_name_has()
    {
        var policies = new PolicySet(Given.Resources(Given.Policy()), "c1");
        var (usual, huge) = (Given.Alpine, new string('a', 1_000_000));

        policies.Written(usual).Should().BeSameAs(policies.Written(usual));
        policies.Written(huge).Should().NotBeSameAs(policies.Written(huge), "whoever writes it would choose how much memory is taken");
        policies.Written(huge).Problem.Should().Contain("1000000 characters");
    }

    /// <summary>The decision of a Pod of the attested image: asked twice, so that the second may be a kept one.</summary>
    private static bool Twice(Cluster cluster, string ns)
    {
        var review = Review.Pod(Given.Alpine);
        (review.Request["namespace"], review.Object["metadata"]!["namespace"]) = (ns, ns);
        var first = cluster.Decide(review).Allowed;
        cluster.Decide(review).Allowed.Should().Be(first);
        return first;
    }
}
