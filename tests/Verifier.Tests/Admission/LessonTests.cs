using Kritis.Events.Attestations.Resources;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

/// <summary>How comparable webhooks were bypassed; what concerns single kinds, patterns and policies is tested beside them.</summary>
public sealed class LessonTests
{
    private const string Refused = "image alpine:3.11 is not attested";

    [Fact]
    public void Lesson_CVE_2026_122321_a_tag_is_never_a_key_to_an_answer()
    {
        var cluster = Cluster.WithAlpine();
        var byTag = $"{Given.Host}/kritis-demo/alpine:3.11";
        cluster.Decide($"{byTag}@sha256:{Given.Hex}").Allowed.Should().BeTrue();

        cluster.Decide(byTag).Allowed.Should().BeFalse("the tag may have moved since");
        cluster.Decide($"{byTag}@sha256:{new string('0', 64)}").Allowed.Should().BeFalse();
    }

    [Fact]
    public void Lesson_GO_2023_1819_a_deletion_timestamp_on_create_skips_nothing()
    {
        var review = Review.Load("pod-create");
        review.Object["metadata"]!["deletionTimestamp"] = "2026-11-20T09:12:44Z";

        Cluster.WithAlpine().Decide(review).Message.Should().Be(Refused);
    }

    [Fact]
    public void Lesson_GO_2025_3652_labels_skip_nothing()
    {
        var review = Review.Load("pod-create");
        review.Object["metadata"]!["labels"]!["kritis.events/ignore"] = "true";
        review.Object["metadata"]!["labels"]!["kubernetes.io/metadata.name"] = "kube-system";

        Cluster.WithAlpine().Decide(review).Message.Should().Be(Refused);
    }

    [Fact]
    public void Lesson_GO_2024_3230_a_policy_of_another_namespace_exempts_nothing_here()
    {
        var cluster = new Cluster(Given.Policy("a"), Given.Policy("b") with { Namespaces = ["attacker"], Exempt = ["alpine*"] });

        cluster.Decide("alpine:3.11").Message.Should().Be(Refused);
    }

    [Fact]
    public void Lesson_Portieris_owner_references_skip_nothing()
    {
        var review = Review.Load("pod-create");

        review.Object["metadata"]!["ownerReferences"]![0]!["kind"]!.GetValue<string>().Should().Be("ReplicaSet");
        Cluster.WithAlpine().Decide(review).Message.Should().Be(Refused);
    }

    [Fact]
    public void Lesson_Kyverno_a_verified_annotation_skips_nothing()
    {
        var review = Review.Load("pod-create");
        review.Object["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["kyverno.io/verify-images"] = $$"""{"{{Review.FixtureImage}}":true}""" };

        Cluster.WithAlpine().Decide(review).Message.Should().Be(Refused);
    }

    [Fact]
    public void Lesson_kritis_break_glass_is_no_annotation()
    {
        var review = Review.Load("pod-create");
        review.Object["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["kritis.grafeas.io/breakglass"] = "yes" };

        Cluster.WithAlpine().Decide(review).Message.Should().Be(Refused);
    }

    [Fact]
    public void Lesson_Connaisseur_a_negative_answer_is_valid_until_the_next_event_and_not_for_a_time()
    {
        var cluster = new Cluster(Given.Policy());
        cluster.Decide(Given.Alpine).Allowed.Should().BeFalse();

        cluster.Index.Attest(Given.Alpine, Given.Release);

        cluster.Decide(Given.Alpine).Allowed.Should().BeTrue();
    }

    [Fact]
    public void Lesson_Ratify_116_a_verifier_that_has_not_caught_up_refuses()
    {
        var cluster = new Cluster(Given.Policy()) { Progress = new(CaughtUp: false, Read: 0) };

        cluster.Decide(Given.Alpine).Allowed.Should().BeFalse();
    }

    [Fact]
    public void Lesson_kyverno_17173_a_yes_to_one_image_skips_no_other()
    {
        var cluster = Cluster.WithAlpine();
        cluster.Decide(Given.Alpine).Allowed.Should().BeTrue();

        cluster.Decide(Given.Alpine, "alpine:3.11").Message.Should().Be(Refused);
    }

    [Fact]
    public void Lesson_istio_45531_an_image_called_auto_is_refused_unless_the_policy_exempts_it()
    {
        new Cluster(Given.Policy()).Decide("auto").Message.Should().Be("image auto is not attested");
        new Cluster(Given.Policy() with { Exempt = ["auto"] }).Decide("auto").Allowed.Should().BeTrue();
    }

    [Fact]
    public void Lesson_connaisseur_1705_nothing_is_mutated()
    {
        ReviewReader.TryRead(Review.Load("pod-create", Given.Alpine).Bytes, out var request, out _).Should().BeTrue();

        var answer = System.Text.Encoding.UTF8.GetString(ReviewAnswer.Write(request!, AdmissionDecision.Allow("")).Span);

        answer.Should().Be($$$"""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"{{{request!.Uid}}}","allowed":true}}""");
    }
}
