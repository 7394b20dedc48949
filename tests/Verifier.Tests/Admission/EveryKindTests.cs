using System.Text.Json.Nodes;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class EveryKindTests
{
    private const string Refused = $"image {Review.FixtureImage} is not attested";

    [Theory]
    [InlineData("pod-create")]
    [InlineData("deployment-create")]
    [InlineData("replicaset-create")]
    [InlineData("daemonset-create")]
    [InlineData("statefulset-create")]
    [InlineData("replicationcontroller-create")]
    [InlineData("job-create")]
    [InlineData("cronjob-create")]
    [InlineData("podtemplate-create")]
    [InlineData("rollout-create")]
    public void Every_kind_that_makes_pods_is_refused_with_an_unattested_image_and_admitted_with_an_attested_one(string review)
    {
        var cluster = Cluster.WithAlpine();

        cluster.Decide(Review.Load(review)).Should().Match<AdmissionDecision>(decision => !decision.Allowed && decision.Message == Refused);
        cluster.Decide(Review.Load(review, Given.Alpine)).Outcome.Should().Be(AdmissionOutcome.Allowed);
    }

    [Fact]
    public void Lesson_Connaisseur_1_3_0_init_containers_are_looked_at()
    {
        var review = Review.Load("pod-with-init-container-create");
        review.Object["spec"]!["containers"]![0]!["image"] = Given.Alpine;

        Cluster.WithAlpine().Decide(review).Message.Should().Be(Refused);
    }

    [Fact]
    public void Image_volumes_are_looked_at()
    {
        var review = Review.Load("pod-with-image-volume-create");
        review.Object["spec"]!["containers"]![0]!["image"] = Given.Alpine;

        Cluster.WithAlpine().Decide(review).Message.Should().Be(Refused);
        Cluster.WithAlpine().Decide(Review.Load("pod-with-image-volume-create", Given.Alpine)).Allowed.Should().BeTrue();
    }

    [Fact]
    public void Lesson_Connaisseur_3_1_1_ephemeral_containers_are_looked_at()
    {
        var review = Review.Load("pod-ephemeralcontainers-update", Given.Alpine);

        Cluster.WithAlpine().Decide(review).Message.Should().Be("image busybox:1.36 is not attested");
        review.Object["spec"]!["ephemeralContainers"]![0]!["image"] = Given.Alpine;
        Cluster.WithAlpine().Decide(review).Allowed.Should().BeTrue();
    }

    [Fact]
    public void Ephemeral_containers_are_looked_at_as_API_servers_before_1_23_send_them()
    {
        var cluster = Cluster.WithAlpine();

        cluster.Decide(OfServer120(Review.FixtureImage)).Message.Should().Be(Refused);
        cluster.Decide(OfServer120(Given.Alpine)).Outcome.Should().Be(AdmissionOutcome.Allowed);
        cluster.Decide(OfServer120()).Reason.Should().Be("the object carries no image");

        static Review OfServer120(params string[] images) => Review.Load("pod-ephemeralcontainers-update").With(review =>
        {
            review.Request["kind"]!["kind"] = "EphemeralContainers";
            review.Request["oldObject"] = null;
            review.Request["object"] = new JsonObject
            {
                ["kind"] = "EphemeralContainers",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject { ["name"] = "p", ["namespace"] = "default" },
                ["ephemeralContainers"] = Review.Containers(images),
            };
        });
    }

    [Theory]
    [InlineData("initContainers")]
    [InlineData("ephemeralContainers")]
    public void Every_list_of_a_template_is_looked_at(string list)
    {
        foreach (var kind in new[] { "deployment-create", "job-create", "daemonset-create", "statefulset-create" })
        {
            var review = Review.Load(kind, Given.Alpine);
            review.Object["spec"]!["template"]!["spec"]![list] = Review.Containers("evil:1");

            Cluster.WithAlpine().Decide(review).Message.Should().Be("image evil:1 is not attested", kind);
        }
    }

    [Theory]
    [InlineData("pod-eviction-create")]
    [InlineData("pod-binding-create")]
    [InlineData("deployment-scale-update")]
    [InlineData("pod-delete")]
    [InlineData("pod-exec-connect")]
    public void What_brings_no_image_in_passes(string review) =>
        Cluster.WithAlpine().Decide(Review.Load(review)).Outcome.Should().Be(AdmissionOutcome.Allowed);

    [Fact]
    public void A_kind_that_only_shares_its_name_with_one_without_images_does_not_pass()
    {
        var review = Review.Load("rollout-create");
        review.Request["kind"]!["kind"] = "Scale";
        review.Object["kind"] = "Scale";

        Cluster.WithAlpine().Decide(review).Message.Should().Be(Refused);
    }

    [Fact]
    public void A_kind_without_a_pod_template_is_refused_where_a_policy_selects_the_namespace_and_nowhere_else()
    {
        var cluster = Cluster.WithAlpine();

        cluster.Decide(Review.Load("configmap-create")).Should().Match<AdmissionDecision>(
            decision => decision.Outcome == AdmissionOutcome.Unreadable && decision.Message.StartsWith("the ConfigMap has no pod specification"));
        cluster.Decide(Review.Load("configmap-create").In("elsewhere")).Allowed.Should().BeTrue();
    }

    [Fact]
    public void A_kind_that_is_not_known_cannot_hide_one_template_behind_another()
    {
        var review = Review.Load("rollout-create", Given.Alpine);
        review.Object["spec"]!["jobTemplate"] = JsonNode.Parse("""{"spec":{"template":{"spec":{"initContainers":[{"name":"i","image":"evil:1"}]}}}}""");

        Cluster.WithAlpine().Decide(review).Message.Should().Be("image evil:1 is not attested");
    }

    [Fact]
    public void A_kind_that_is_not_known_cannot_hide_an_image_volume_beside_a_template()
    {
        var review = Review.Load("rollout-create", Given.Alpine);
        review.Object["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"v","image":{"reference":"evil:1"}}]""");
        Cluster.WithAlpine().Decide(review).Message.Should().Be("image evil:1 is not attested");

        review.Object["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"v","image":{"reference":1}}]""");
        Cluster.WithAlpine().Decide(review).Allowed.Should().BeFalse("what cannot be read is refused");

        review.Object["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"v","rbd":{"image":"disk"}},{"name":"w","image":"disk"}]""");
        Cluster.WithAlpine().Decide(review).Allowed.Should().BeTrue("that is no image of a container registry");
    }

    [Fact]
    public void Lesson_Portieris_objects_with_no_replicas_are_looked_at()
    {
        foreach (var kind in new[] { "deployment-create", "replicaset-create", "statefulset-create", "replicationcontroller-create" })
        {
            var review = Review.Load(kind);
            review.Object["spec"]!["replicas"] = 0;

            Cluster.WithAlpine().Decide(review).Message.Should().Be(Refused, kind);
        }
    }
}
