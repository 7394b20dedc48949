using Kritis.Events.Attestations.Resources;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.BreakGlass;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class BreakGlassTests
{
    private const string Sha = $"sha256:{Given.Hex}";
    private const string Good = $"until=2026-11-24T18:00:00Z digests={Sha} reason=registry outage, INC-4711";

    private static readonly SecurityPolicy Breakable = Given.Policy() with { BreakGlass = true };

    [Fact]
    public void An_image_that_the_annotation_names_is_admitted_with_its_reason_told_everywhere()
    {
        var decision = new Cluster(Breakable).Decide(Pod(Good, Given.Alpine));

        decision.Outcome.Should().Be(AdmissionOutcome.BreakGlass);
        decision.Allowed.Should().BeTrue();
        decision.BreakGlass.Should().Be("registry outage, INC-4711");
        decision.Images.Should().ContainSingle().Which.Attested.Should().BeFalse("a broken glass is no attestation");
        decision.Warnings.Should().ContainSingle().Which.Should().StartWith("break glass (policy default-namespace): image ")
            .And.Contain("until 2026-11-24 18:00:00Z: registry outage, INC-4711");
    }

    [Fact]
    public void G3_a_policy_that_does_not_allow_it_gives_the_annotation_no_weight()
    {
        var decision = new Cluster(Given.Policy()).Decide(Pod(Good, Given.Alpine));

        decision.Allowed.Should().BeFalse();
        decision.Warnings.Should().ContainSingle().Which.Should().Contain("the policy lets nobody break the glass");
    }

    [Fact]
    public void G3_one_policy_that_allows_it_does_not_loosen_another_that_does_not()
    {
        var cluster = new Cluster(Breakable, Given.Policy("second"));

        cluster.Decide(Pod(Good, Given.Alpine)).Message.Should().Be($"image {Given.Alpine} is not attested");
    }

    [Theory]
    [InlineData("true", "it is not written as it must be")]
    [InlineData("", "it is not written as it must be")]
    [InlineData($"digests={Sha} until=2026-11-24T18:00:00Z reason=x", "it is not written as it must be")]
    [InlineData($"until=2026-11-24T18:00:00Z digests={Sha}", "it is not written as it must be")]
    [InlineData($"until=2026-11-24T18:00:00Z digests={Sha} reason=", "its reason must have 1 to 200 characters")]
    [InlineData($"until=2026-11-24T11:59:59Z digests={Sha} reason=x", "its time has run out at 2026-11-24 11:59:59Z")]
    [InlineData($"until=2026-11-24T12:00:00Z digests={Sha} reason=x", "its time has run out")]
    [InlineData($"until=2026-11-25T12:00:01Z digests={Sha} reason=x", "it may reach at most 24 h ahead")]
    [InlineData($"until=tomorrow digests={Sha} reason=x", "'tomorrow' is no time")]
    [InlineData($"until=9999-12-31T23:59:59Z digests={Sha} reason=x", "it may reach at most 24 h ahead")]
    [InlineData("until=2026-11-24T18:00:00Z digests=* reason=x", "'*' is no digest")]
    [InlineData($"until=2026-11-24T18:00:00Z digests={Sha}, reason=x", "'' is no digest")]
    [InlineData("until=2026-11-24T18:00:00Z digests=sha256:00 reason=x", "'sha256:00' is no digest")]
    public void G3_an_annotation_that_says_less_than_it_must_admits_nothing_and_says_why(string annotation, string why)
    {
        var decision = new Cluster(Breakable).Decide(Pod(annotation, Given.Alpine));

        decision.Allowed.Should().BeFalse();
        decision.Images.Should().ContainSingle().Which.Explanation.Should().Contain(why);
    }

    [Theory]
    [InlineData($"{Given.Host}/kritis-demo/alpine:3.11")]
    [InlineData($"{Given.Host}/kritis-demo/alpine@sha256:1dba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45")]
    public void G3_an_image_whose_digest_is_not_named_stays_refused(string image)
    {
        var decision = new Cluster(Breakable).Decide(Pod(Good, Given.Alpine, image));

        decision.Message.Should().Be($"image {image} is not attested");
        decision.Images.Single(told => told.Image == image).Explanation.Should().Contain("does not name its digest");
    }

    [Fact]
    public void G4_a_reason_cannot_forge_a_line()
    {
        var decision = new Cluster(Breakable).Decide(Pod($"until=2026-11-24T18:00:00Z digests={Sha} reason=x\nimage y is attested", Given.Alpine));

        decision.BreakGlass.Should().Be(@"x\u000aimage y is attested");
        decision.Warnings.Should().OnlyContain(warning => !warning.Any(char.IsControl));
    }

    [Fact]
    public void An_annotation_of_a_megabyte_is_refused_by_its_length() =>
        new Cluster(Breakable).Decide(Pod($"until=2026-11-24T18:00:00Z digests={Sha} reason={new string('x', 1 << 20)}", Given.Alpine))
            .Images.Single().Explanation.Should().Contain("it is not written as it must be");

    [Fact]
    public void What_is_attested_needs_no_glass_and_is_not_told_as_broken()
    {
        var cluster = new Cluster(Breakable);
        cluster.Index.Attest(Given.Alpine, Given.Release);

        cluster.Decide(Pod(Good, Given.Alpine)).Should().Match<AdmissionDecision>(
            decision => decision.Outcome == AdmissionOutcome.Allowed && decision.BreakGlass == null && decision.Warnings.Count == 0);
    }

    [Theory]
    [InlineData("deployment-create", "spec.template")]
    [InlineData("cronjob-create", "spec.jobTemplate.spec.template")]
    [InlineData("job-create", "spec.template")]
    [InlineData("replicationcontroller-create", "spec.template")]
    public void In_what_makes_pods_the_annotation_counts_where_the_pods_will_have_it(string fixture, string template)
    {
        var atTop = Review.Load(fixture, Given.Alpine);
        Annotate(atTop.Object, Good);
        new Cluster(Breakable).Decide(atTop).Allowed.Should().BeFalse("its pods would be refused");

        var inTemplate = Review.Load(fixture, Given.Alpine);
        Annotate(template.Split('.').Aggregate(inTemplate.Object, (node, name) => node[name]!), Good);
        new Cluster(Breakable).Decide(inTemplate).Outcome.Should().Be(AdmissionOutcome.BreakGlass);
    }

    private static Review Pod(string annotation, params string[] images)
    {
        var review = Review.Pod(images);
        Annotate(review.Object, annotation);
        return review;
    }

    private static void Annotate(System.Text.Json.Nodes.JsonNode subject, string value)
    {
        subject["metadata"] ??= new System.Text.Json.Nodes.JsonObject();
        subject["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { [BrokenGlass.Annotation] = value };
    }
}
