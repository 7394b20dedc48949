using System.Text.Json.Nodes;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class UnreadableObjectTests
{
    [Theory]
    [InlineData("containers", "null", "it has no container")]
    [InlineData("containers", "[]", "it has no container")]
    [InlineData("containers", "{}", "containers is not a list")]
    [InlineData("containers", "\"alpine\"", "containers is not a list")]
    [InlineData("containers", "[null]", "a container in containers has no image")]
    [InlineData("containers", "[\"alpine\"]", "a container in containers has no image")]
    [InlineData("containers", "[[]]", "a container in containers has no image")]
    [InlineData("containers", "[{\"name\":\"a\"}]", "a container in containers has no image")]
    [InlineData("containers", "[{\"image\":null}]", "a container in containers has no image")]
    [InlineData("containers", "[{\"image\":7}]", "a container in containers has no image")]
    [InlineData("containers", "[{\"image\":[\"alpine\"]}]", "a container in containers has no image")]
    [InlineData("containers", "[{\"Image\":\"alpine\"}]", "a container in containers has no image")]
    [InlineData("initContainers", "[{}]", "a container in initContainers has no image")]
    [InlineData("initContainers", "{\"a\":{\"image\":\"alpine\"}}", "initContainers is not a list")]
    [InlineData("ephemeralContainers", "[{}]", "a container in ephemeralContainers has no image")]
    [InlineData("ephemeralContainers", "7", "ephemeralContainers is not a list")]
    [InlineData("volumes", "{}", "volumes is not a list")]
    [InlineData("volumes", "[7]", "a volume is not an object")]
    [InlineData("volumes", "[{\"name\":\"v\",\"image\":\"alpine\"}]", "an image volume has no reference")]
    [InlineData("volumes", "[{\"name\":\"v\",\"image\":{}}]", "an image volume has no reference")]
    [InlineData("volumes", "[{\"name\":\"v\",\"image\":{\"reference\":null}}]", "an image volume has no reference")]
    public void G4_an_object_whose_images_cannot_be_read_is_refused_with_the_reason(string member, string value, string reason)
    {
        foreach (var (fixture, kind) in new[] { ("pod-create", "Pod"), ("deployment-create", "Deployment"), ("rollout-create", "Rollout") })
        {
            var review = Review.Load(fixture, Given.Alpine);
            var spec = kind == "Pod" ? review.Object["spec"]! : review.Object["spec"]!["template"]!["spec"]!;
            spec[member] = JsonNode.Parse(value);

            var decision = Cluster.WithAlpine().Decide(review);

            decision.Outcome.Should().Be(AdmissionOutcome.Unreadable);
            decision.Message.Should().Be($"the images of the {kind} cannot be read: {reason}");
        }
    }

    [Theory]
    [InlineData("initContainers")]
    [InlineData("ephemeralContainers")]
    [InlineData("volumes")]
    public void A_list_that_is_null_is_empty(string member)
    {
        var review = Review.Load("pod-create", Given.Alpine);
        review.Object["spec"]![member] = null;

        Cluster.WithAlpine().Decide(review).Allowed.Should().BeTrue();
    }

    [Theory]
    [InlineData("pod-create", "null")]
    [InlineData("pod-create", "[]")]
    [InlineData("deployment-create", "{}")]
    [InlineData("deployment-create", "{\"template\":null}")]
    [InlineData("deployment-create", "{\"template\":{\"spec\":[]}}")]
    [InlineData("deployment-create", "{\"containers\":[{\"image\":\"alpine\"}]}")]
    [InlineData("job-create", "{\"jobTemplate\":{}}")]
    [InlineData("cronjob-create", "{\"template\":{\"spec\":{\"containers\":[]}}}")]
    public void A_known_kind_without_its_pod_specification_is_refused(string fixture, string spec)
    {
        var review = Review.Load(fixture, Given.Alpine);
        review.Object["spec"] = JsonNode.Parse(spec);

        var decision = Cluster.WithAlpine().Decide(review);

        decision.Outcome.Should().Be(AdmissionOutcome.Unreadable);
        decision.Message.Should().Contain("has no pod specification where this verifier looks for one");
    }

    [Fact]
    public void An_object_of_more_than_10000_images_is_refused()
    {
        var images = Enumerable.Range(0, 10_001).Select(number => $"a:{number}").ToArray();

        Cluster.WithAlpine().Decide(images).Message.Should().Be("the images of the Pod cannot be read: it names more than 10000 images");
        Cluster.WithAlpine().Decide(images[..10_000]).Message.Split('\n').Should().HaveCount(10_000);
    }

    [Fact]
    public void An_object_that_cannot_be_read_is_no_matter_where_no_policy_selects_the_namespace()
    {
        var review = Review.Load("pod-create").In("kube-system");
        review.Object["spec"]!["containers"] = 7;

        Cluster.WithAlpine().Decide(review).Allowed.Should().BeTrue();
    }
}
