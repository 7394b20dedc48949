using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class PolicyDecisionTests
{
    private const string Refused = $"image {Given.Alpine} is not attested";

    [Fact]
    public void A_namespace_that_no_policy_selects_is_not_checked() =>
        Cluster.WithAlpine().Decide(Review.Load("pod-create").In("kube-system")).Should().Match<AdmissionDecision>(
            decision => decision.Allowed && decision.Reason == "no policy selects the namespace");

    [Fact]
    public void All_of_the_named_witnesses_must_have_attested()
    {
        var cluster = new Cluster(Given.Policy() with { Witnesses = ["build", "release"], AtLeast = 2 });
        cluster.Index.Attest(Given.Alpine, Given.Build);
        cluster.Decide(Given.Alpine).Message.Should().Be(Refused);

        cluster.Index.Attest(Given.Alpine, Given.Release);
        cluster.Decide(Given.Alpine).Allowed.Should().BeTrue();
    }

    [Fact]
    public void Two_of_three_witnesses_are_enough_where_the_policy_says_so()
    {
        var cluster = new Cluster(Given.Policy() with { Witnesses = ["build", "qa", "release"], AtLeast = 2 });
        cluster.Index.Attest(Given.Alpine, Given.Qa);
        cluster.Decide(Given.Alpine).Warnings.Should().ContainSingle().Which.Should().Contain("1 of 2 attestations");

        cluster.Index.Attest(Given.Alpine, Given.Build);
        var decision = cluster.Decide(Given.Alpine);
        decision.Allowed.Should().BeTrue();
        decision.Images.Should().ContainSingle().Which.Explanation.Should().Be("policy default-namespace: attested by 'build', 'qa'");
    }

    [Fact]
    public void A_witness_that_is_named_twice_counts_once()
    {
        var cluster = new Cluster(Given.Policy() with { Witnesses = ["release", "release"], AtLeast = 2 });
        cluster.Index.Attest(Given.Alpine, Given.Release);

        cluster.Decide(Given.Alpine).Allowed.Should().BeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_policy_that_asks_for_no_attestation_asks_for_one(int atLeast) =>
        new Cluster(Given.Policy() with { AtLeast = atLeast }).Decide(Given.Alpine).Allowed.Should().BeFalse();

    [Fact]
    public void A_dry_run_lets_the_request_through_and_says_what_it_would_have_refused()
    {
        var decision = new Cluster(Given.Policy("trial") with { Enforcement = Enforcement.DryRun }).Decide("alpine:3.11");

        decision.Outcome.Should().Be(AdmissionOutcome.DryRun);
        decision.Allowed.Should().BeTrue();
        decision.Warnings.Should().Equal(
            "dry run (policy trial): image alpine:3.11 is not attested: no digest given, and a tag can be moved; use docker.io/library/alpine@sha256:…");
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    public void Lesson_CVE_2026_84200_the_stricter_of_two_policies_wins(string enforced, string dryRun)
    {
        var cluster = new Cluster(Given.Policy(enforced), Given.Policy(dryRun) with { Enforcement = Enforcement.DryRun });

        var decision = cluster.Decide(Given.Alpine);

        decision.Message.Should().Be(Refused);
        decision.Warnings.Should().ContainSingle().Which.Should().Contain($"(policy {enforced})");
    }

    [Fact]
    public void A_dry_run_that_does_not_hold_is_told_beside_an_enforced_policy_that_does()
    {
        var cluster = new Cluster(Given.Policy("a"), Given.Policy("b") with { Witnesses = ["qa"], Enforcement = Enforcement.DryRun });
        cluster.Index.Attest(Given.Alpine, Given.Release);

        var decision = cluster.Decide(Given.Alpine);

        decision.Outcome.Should().Be(AdmissionOutcome.DryRun);
        decision.Warnings.Should().ContainSingle().Which.Should().StartWith("dry run (policy b)").And.Contain("attested only by 'release'");
    }

    [Fact]
    public void One_refused_image_refuses_the_object_and_the_message_names_only_what_is_refused()
    {
        var cluster = new Cluster(
            Given.Policy("a"),
            Given.Policy("b") with { Witnesses = ["qa"], Enforcement = Enforcement.DryRun });
        cluster.Index.Attest(Given.Alpine, Given.Release);

        cluster.Decide(Given.Alpine, "evil:1").Message.Should().Be("image evil:1 is not attested");
    }

    [Fact]
    public void An_exempt_image_needs_no_attestation()
    {
        var decision = new Cluster(Given.Policy() with { Exempt = ["registry.k8s.io/pause@*"] }).Decide($"registry.k8s.io/pause@sha256:{Given.Hex}");

        decision.Outcome.Should().Be(AdmissionOutcome.Allowed);
        decision.Images.Should().ContainSingle().Which.Explanation.Should().Be("policy default-namespace: exempt by 'registry.k8s.io/pause@*'");
    }

    [Fact]
    public void Lesson_CVE_2026_84200_what_one_policy_exempts_another_may_still_refuse()
    {
        var cluster = new Cluster(Given.Policy("a") with { Exempt = ["nginx*"] }, Given.Policy("b"));

        cluster.Decide("nginx:1").Message.Should().Be("image nginx:1 is not attested");
    }

    [Theory]
    [InlineData($"{Given.Host}/acs/*")]
    [InlineData($"{Given.Alias}/acs/*")]
    public void An_exemption_holds_for_an_image_as_it_is_written_and_under_its_registrys_own_host(string pattern) =>
        new Cluster(Given.Policy() with { Exempt = [pattern] }).Decide($"{Given.Alias}/acs/pause:3.2").Allowed.Should().BeTrue();

    [Fact]
    public void An_alias_of_a_registry_is_the_registry()
    {
        var cluster = Cluster.WithAlpine();

        cluster.Decide($"{Given.Alias}/kritis-demo/alpine@sha256:{Given.Hex}").Allowed.Should().BeTrue();
        cluster.Decide($"x{Given.Alias}/kritis-demo/alpine@sha256:{Given.Hex}").Allowed.Should().BeFalse();
    }

    [Fact]
    public void A_tag_beside_a_digest_is_only_a_hint() =>
        Cluster.WithAlpine().Decide($"{Given.Host}/kritis-demo/alpine:3.11@sha256:{Given.Hex}").Allowed.Should().BeTrue();

    [Fact]
    public void New_policies_count_from_the_next_review_on()
    {
        var cluster = Cluster.WithAlpine();
        cluster.Decide(Given.Alpine).Allowed.Should().BeTrue();

        cluster.Resources.Swap(Given.Resources(Given.Policy() with { Witnesses = ["qa"] }));

        cluster.Decide(Given.Alpine).Allowed.Should().BeFalse();
    }

    [Fact]
    public void A_policy_speaks_only_for_the_clusters_it_names()
    {
        var resources = Given.Resources(Given.Policy() with { Clusters = ["prod-*"] });

        new Cluster(resources, "prod-1").Decide("alpine").Allowed.Should().BeFalse();
        new Cluster(resources, "test-1").Decide("alpine").Allowed.Should().BeTrue();
    }

    [Fact]
    public void A_retired_key_still_counts_and_a_revoked_one_does_not()
    {
        var cluster = Cluster.WithAlpine();

        cluster.Resources.Swap(Given.Resources(Given.Policy()).With(Given.Release.InState(KeyState.Retired)));
        cluster.Decide(Given.Alpine).Allowed.Should().BeTrue();

        cluster.Resources.Swap(Given.Resources(Given.Policy()).With(Given.Release.InState(KeyState.Revoked)));
        cluster.Decide(Given.Alpine).Message.Should().Be(Refused);
    }
}
