using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class UpdateTests
{
    [Fact]
    public void Lesson_kritis_an_update_of_a_deployment_that_brings_in_an_image_is_looked_at()
    {
        var review = Review.Load("deployment-update");

        Cluster.WithAlpine().Decide(review).Message.Should().Be("image busybox:1.36 is not attested");
        review.Object["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = Given.Alpine;
        Cluster.WithAlpine().Decide(review).Allowed.Should().BeTrue();
    }

    [Fact]
    public void An_update_that_adds_no_image_passes()
    {
        var review = Review.Load("deployment-update");
        review.Object["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = Review.FixtureImage;
        review.Object["spec"]!["replicas"] = 5;

        Cluster.WithAlpine().Decide(review).Should().Match<AdmissionDecision>(decision => decision.Allowed && decision.Reason == "the update adds no image");
    }

    [Fact]
    public void An_update_that_takes_an_image_away_passes()
    {
        var review = Review.Load("deployment-update");
        review.OldObject["spec"]!["template"]!["spec"]!["containers"] = Review.Containers("busybox:1.36", "evil:1");

        Cluster.WithAlpine().Decide(review).Allowed.Should().BeTrue();
    }

    [Fact]
    public void A_status_update_passes() => Cluster.WithAlpine().Decide(Review.Load("pod-status-update")).Allowed.Should().BeTrue();

    [Fact]
    public void An_image_volume_that_an_update_adds_is_looked_at()
    {
        var review = Review.Load("deployment-update");
        var spec = review.Object["spec"]!["template"]!["spec"]!;
        spec["containers"]![0]!["image"] = Review.FixtureImage;
        spec["volumes"] = new System.Text.Json.Nodes.JsonArray(System.Text.Json.Nodes.JsonNode.Parse("""{"name":"v","image":{"reference":"evil:1"}}"""));

        Cluster.WithAlpine().Decide(review).Message.Should().Be("image evil:1 is not attested");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"kind":"Deployment","apiVersion":"apps/v1","spec":{}}""")]
    [InlineData("""{"kind":"Pod","apiVersion":"v1","spec":{"containers":[{"image":"busybox:1.36"}]}}""")]
    public void All_images_are_looked_at_where_the_object_before_cannot_be_read(string before)
    {
        var review = Review.Load("deployment-update");
        review.Request["oldObject"] = System.Text.Json.Nodes.JsonNode.Parse(before);

        Cluster.WithAlpine().Decide(review).Message.Should().Be("image busybox:1.36 is not attested");
    }

    [Fact]
    public void A_create_gains_nothing_from_an_object_before()
    {
        var review = Review.Load("deployment-create");
        review.Request["oldObject"] = review.Object.DeepClone();

        Cluster.WithAlpine().Decide(review).Allowed.Should().BeFalse();
    }

    [Fact]
    public void The_same_image_in_another_spelling_is_another_image()
    {
        var review = Review.Load("deployment-update");
        review.Object["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "docker.io/library/alpine:3.11";

        Cluster.WithAlpine().Decide(review).Message.Should().Be("image docker.io/library/alpine:3.11 is not attested");
    }
}
