using System.Text;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.BreakGlass;
using Kritis.Events.Verifier.Events;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Events;

public sealed class DecisionEventTests
{
    [Fact]
    public void A_refusal_says_what_the_user_read_and_of_which_object()
    {
        var told = Of(new Cluster(Given.Policy()), Review.Load("deployment-create"))!;

        (told.Reason, told.Namespace).Should().Be(("FailedKritisAdmission", "kube-system"));
        told.Message.Should().StartWith($"image {Review.FixtureImage} is not attested (policy default-namespace): Deployment default/");
        (told.Subject.Kind, told.Subject.Namespace).Should().Be(("Deployment", "default"));
        told.Subject.Name.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public void A_dry_run_says_that_it_is_one()
    {
        var told = Of(new Cluster(Given.Policy() with { Enforcement = Enforcement.DryRun }), Review.Load("pod-create"))!;

        told.Reason.Should().Be("DryRunKritisAdmission");
        told.Message.Should().StartWith($"dry run: image {Review.FixtureImage} is not attested (policy default-namespace): Pod default/");
    }

    [Fact]
    public void A_broken_glass_says_why_it_was_broken()
    {
        var review = Review.Pod(Given.Alpine);
        review.Object["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject
        {
            [BrokenGlass.Annotation] = $"until=2026-11-24T13:00:00Z digests=sha256:{Given.Hex} reason=site is down",
        };
        var told = Of(new Cluster(Given.Policy() with { BreakGlass = true }), review)!;

        told.Reason.Should().Be("BreakGlassKritisAdmission");
        told.Message.Should().StartWith("glass broken, site is down: image ").And.Contain("is not attested");
    }

    [Fact]
    public void A_refusal_without_images_says_its_reason() =>
        Of(new Cluster(Given.Policy()), Review.Load("configmap-create"))!.Message.Should().StartWith("the ConfigMap has no pod specification");

    [Fact]
    public void What_is_admitted_leaves_no_Event() => Of(Cluster.WithAlpine(), Review.Pod(Given.Alpine)).Should().BeNull();

    [Fact]
    public void A_server_side_dry_run_leaves_no_trace()
    {
        var review = Review.Load("pod-create");
        review.Request["dryRun"] = true;

        Of(new Cluster(Given.Policy()), review).Should().BeNull();
    }

    [Fact]
    public void However_much_and_whatever_stands_in_it_a_message_is_one_line_of_a_kibibyte()
    {
        var cluster = new Cluster(Given.Policy());
        var review = Review.Pod([.. Enumerable.Range(0, 500).Select(number => $"evil\n{number}: everything is attested \u2028 ü日本{new string('a', 400)}")]);
        review.Request["name"] = "not-sign\r\nkube-system/all-is-well";
        review.Request["namespace"] = "default";

        var told = Of(cluster, review)!;

        Encoding.UTF8.GetByteCount(told.Message).Should().BeLessThanOrEqualTo(EventText.MostBytes);
        told.Message.Any(character => char.IsControl(character) || character is '\u2028').Should().BeFalse();
        told.Message.Should().EndWith(@": Pod default/not-sign\u000d\u000akube-system/all-is-well", "what it is about is not what is cut");
        told.Subject.Name!.Any(char.IsControl).Should().BeFalse();
    }

    [Theory]
    [InlineData("日本語日本語", 10, "日本…")]
    [InlineData("aaaaaaaaaaa", 10, "aaaaaaa…")]
    [InlineData("aaaaaaaaaa", 10, "aaaaaaaaaa")]
    public void A_text_is_cut_between_two_characters(string text, int bytes, string expected) => EventText.Bounded(text, bytes).Should().Be(expected);

    private static EventNotice? Of(Cluster cluster, Review review)
    {
        ReviewReader.TryRead(review.Bytes, out var request, out var problem).Should().BeTrue(problem);
        return DecisionEvent.Of(request!, cluster.Decide(review));
    }
}
