using System.Text.Json.Nodes;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

/// <summary>G3 and G4 as far as the webhook holds them; what may enter the index is tested where it is filled.</summary>
public sealed class GuaranteeTests
{
    private const string OtherHex = "ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c46";

    [Theory]
    [InlineData($"{Given.Host}/kritis-demo/alpine@sha256:{OtherHex}")]
    [InlineData($"{Given.Host}/kritis-demo/alpine2@sha256:{Given.Hex}")]
    [InlineData($"{Given.Host}/kritis-demo/sub/alpine@sha256:{Given.Hex}")]
    [InlineData($"{Given.Host}:443/kritis-demo/alpine@sha256:{Given.Hex}")]
    [InlineData($"other.example/kritis-demo/alpine@sha256:{Given.Hex}")]
    [InlineData($"kritis-demo/alpine@sha256:{Given.Hex}")]
    [InlineData($"{Given.Host}/kritis-demo/alpine")]
    [InlineData($"{Given.Host}/kritis-demo/alpine:3.11")]
    [InlineData($"{Given.Host}/kritis-demo/alpine:sha256-{Given.Hex}")]
    public void G3_only_exactly_that_repository_and_digest_is_admitted(string image) =>
        Cluster.WithAlpine().Decide(image).Message.Should().Be($"image {image} is not attested");

    [Fact]
    public void G3_an_attestation_of_a_witness_that_the_policy_does_not_name_admits_nothing()
    {
        var cluster = new Cluster(Given.Policy());
        cluster.Index.Attest(Given.Alpine, Given.Qa);

        var decision = cluster.Decide(Given.Alpine);

        decision.Allowed.Should().BeFalse();
        decision.Warnings.Should().ContainSingle().Which.Should().Contain("attested only by 'qa'").And.Contain("no attestation by 'release'");
    }

    [Fact]
    public void G3_a_signature_by_a_key_that_is_pinned_no_more_admits_nothing()
    {
        var cluster = new Cluster(Given.Policy());
        cluster.Index.Attest(Given.Alpine, Given.Witness("release"));

        var decision = cluster.Decide(Given.Alpine);

        decision.Allowed.Should().BeFalse();
        decision.Warnings.Should().ContainSingle().Which.Should().Contain("signed by a key of 'release' that is no longer pinned");
    }

    [Fact]
    public void G3_a_signature_by_a_key_whose_trust_has_ended_admits_nothing()
    {
        var cluster = new Cluster(Given.Resources(Given.Policy()).With(Given.Release.InState(KeyState.Revoked)));
        cluster.Index.Attest(Given.Alpine, Given.Release);

        var decision = cluster.Decide(Given.Alpine);

        decision.Allowed.Should().BeFalse();
        decision.Warnings.Should().ContainSingle().Which.Should().Contain("signed by a key of 'release' that is revoked");
    }

    [Fact]
    public void G3_an_attestation_that_was_taken_back_admits_nothing()
    {
        var cluster = Cluster.WithAlpine();
        cluster.Index.Revoke(Given.Alpine, Given.Release, "backdoor in\nlibc");

        var decision = cluster.Decide(Given.Alpine);

        decision.Allowed.Should().BeFalse();
        decision.Warnings.Should().ContainSingle().Which.Should().Contain(@"revoked by 'release': backdoor in\u000alibc; use another image");
    }

    [Fact]
    public void G3_owners_annotations_labels_and_deletion_marks_of_the_object_prove_nothing()
    {
        var review = Review.Load("pod-create");
        var metadata = review.Object["metadata"]!;
        metadata["deletionTimestamp"] = "2026-11-20T09:12:44Z";
        metadata["deletionGracePeriodSeconds"] = 0;
        metadata["labels"]!["kritis.events/exempt"] = "true";
        metadata["annotations"] = JsonNode.Parse(
            """{"kritis.grafeas.io/breakglass":"true","kritis.grafeas.io/attestation":"true","kritis.events/verified":"true"}""");

        Cluster.WithAlpine().Decide(review).Message.Should().Be("image alpine:3.11 is not attested");
    }

    [Theory]
    [InlineData("alpine:3.11")]
    [InlineData($"alpine@sha256:{Given.Hex}")]
    [InlineData("Docker.io/library/alpine")]
    [InlineData("registry.example:5000/team/app:v1.2-rc_3")]
    public void G4_a_denial_names_each_image_exactly_as_the_user_wrote_it_and_nothing_else(string image) =>
        Cluster.WithAlpine().Decide(image).Message.Should().Be($"image {image} is not attested");

    [Fact]
    public void G4_a_denial_has_one_line_for_each_image_that_is_not_attested()
    {
        var decision = Cluster.WithAlpine().Decide("busybox:1", Given.Alpine, "alpine:3.11", "busybox:1");

        decision.Message.Should().Be("image busybox:1 is not attested\nimage alpine:3.11 is not attested");
    }

    [Theory]
    [InlineData("alpine\nimage nginx is attested", @"alpine\u000aimage nginx is attested")]
    [InlineData("alpine\r", @"alpine\u000d")]
    [InlineData("alpine\u2028x", @"alpine\u2028x")]
    [InlineData("alpine\u202exyz", @"alpine\u202exyz")]
    [InlineData("alpine\0", @"alpine\u0000")]
    [InlineData("\u001b[2Jalpine", @"\u001b[2Jalpine")]
    public void G4_an_image_name_cannot_forge_a_line_of_the_denial(string image, string shown)
    {
        var decision = Cluster.WithAlpine().Decide(image);

        decision.Message.Should().Be($"image {shown} is not attested");
        decision.Warnings.Should().OnlyContain(warning => !warning.Any(char.IsControl));
    }

    [Fact]
    public void G4_a_name_of_10_kB_is_cut_and_its_length_told()
    {
        var decision = Cluster.WithAlpine().Decide(new string('a', 10_240));

        decision.Message.Should().Be($"image {new string('a', 300)}… (10240 characters) is not attested");
        decision.Warnings.Should().ContainSingle().Which.Should().Contain("the image name has 10240 characters, more than 4096");
    }

    [Fact]
    public void G4_a_denial_says_whether_the_log_has_been_read_to_its_end()
    {
        var cluster = new Cluster(Given.Policy()) { Progress = new(CaughtUp: false, Read: 17) };

        var decision = cluster.Decide(Given.Alpine);

        decision.Message.Should().Be($"image {Given.Alpine} is not attested");
        decision.Warnings[0].Should().Be("this verifier has not caught up with the attestation log yet (17 records read); try again");
    }

    [Theory]
    [InlineData("tag", "alpine:3.11", "no digest given, and a tag can be moved; use docker.io/library/alpine@sha256:…")]
    [InlineData("unknown", Given.Alpine, "no attestation by 'release'; push it where a rule signs as 'release', or run kritis sign")]
    [InlineData("bad name", "Alpine", "invalid image name: the repository has upper-case letters")]
    public void G4_the_warning_says_the_image_the_policy_what_is_missing_and_what_to_do(string what, string image, string why)
    {
        var warning = new Cluster(Given.Policy()).Decide(image).Warnings.Should().ContainSingle(what).Subject;

        warning.Should().StartWith("image ").And.Contain("is not attested (policy default-namespace): ").And.EndWith(why);
        warning.Length.Should().BeLessThanOrEqualTo(256);
    }

    [Fact]
    public void G4_the_explanation_of_a_very_long_image_name_still_fits_its_warning()
    {
        var image = $"{new string('r', 60)}.example.com:5000/{new string('p', 150)}@sha256:{Given.Hex}";

        var warning = new Cluster(Given.Policy()).Decide(image).Warnings.Should().ContainSingle().Subject;

        warning.Should().EndWith("or run kritis sign");
        warning.Length.Should().BeLessThanOrEqualTo(256);
    }

    [Fact]
    public void G4_warnings_stay_within_what_an_API_server_passes_on()
    {
        var images = Enumerable.Range(0, 25).Select(number => $"registry.example/{new string('x', 200)}/{number}:1").ToArray();

        var decision = new Cluster(Given.Policy()).Decide(images);

        decision.Message.Split('\n').Should().HaveCount(25);
        decision.Warnings.Should().HaveCount(11).And.OnlyContain(warning => warning.Length <= 256);
        decision.Warnings[^1].Should().Be("and 15 more");
        decision.Warnings.Sum(warning => warning.Length).Should().BeLessThan(4096);
    }
}
