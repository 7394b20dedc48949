using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class BadImageNameTests
{
    private const string Hex63 = "ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c4";

    [Theory]
    [InlineData("", "the image name is empty")]
    [InlineData(" ", "separated by")]
    [InlineData(" alpine", "separated by")]
    [InlineData("alpine ", "separated by")]
    [InlineData("al pine:3.11", "separated by")]
    [InlineData("Alpine", "upper-case letters")]
    [InlineData("registry.example/Team/app", "upper-case letters")]
    [InlineData($"alpine@sha256:{Hex63}", "the digest is not 'sha256:' and 64 lower-case hexadecimal digits")]
    [InlineData($"alpine@sha256:{Given.Hex}0", "the digest is not")]
    [InlineData("alpine@sha256:", "the digest is not")]
    [InlineData("alpine@", "the digest is not")]
    [InlineData("alpine@md5:d41d8cd98f00b204e9800998ecf8427e", "the digest is not")]
    [InlineData($"alpine@sha256:{Given.Hex}@sha256:{Given.Hex}", "the digest is not")]
    [InlineData($"alpine:@sha256:{Given.Hex}", "the tag is not")]
    [InlineData("alpine:", "the tag is not")]
    [InlineData(":3.11", "separated by")]
    [InlineData("/alpine", "separated by")]
    [InlineData("registry.example/", "separated by")]
    [InlineData("registry.example//app", "separated by")]
    [InlineData("../../etc/passwd", "the registry is not a host name")]
    [InlineData("https://registry.example/app", "the registry is not a host name")]
    [InlineData(Given.Hex, "an image id, not an image name")]
    [InlineData("аlpine", "separated by")]
    public void An_image_name_that_is_none_is_refused_with_the_reason(string image, string reason)
    {
        var decision = new Cluster(Given.Policy()).Decide(image);

        decision.Outcome.Should().Be(AdmissionOutcome.Denied);
        decision.Message.Should().Be($"image {image} is not attested");
        decision.Warnings.Should().ContainSingle().Which.Should().Contain("invalid image name: ").And.Contain(reason);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("docker.io/library/*")]
    public void No_exemption_lets_a_bad_name_in(string pattern) =>
        new Cluster(Given.Policy() with { Exempt = [pattern] }).Decide("Alpine").Allowed.Should().BeFalse();

    [Fact]
    public void A_host_with_a_port_is_a_registry_of_its_own()
    {
        var image = $"localhost:5000/app@sha256:{Given.Hex}";
        var cluster = new Cluster(Given.Policy());
        cluster.Decide(image).Allowed.Should().BeFalse();

        cluster.Index.Attest(image, Given.Release);

        cluster.Decide(image).Allowed.Should().BeTrue();
        cluster.Decide($"localhost:5001/app@sha256:{Given.Hex}").Allowed.Should().BeFalse();
    }

    [Fact]
    public void A_host_in_upper_case_is_the_same_host() =>
        Cluster.WithAlpine().Decide($"{Given.Host.ToUpperInvariant()}/kritis-demo/alpine@sha256:{Given.Hex}").Allowed.Should().BeTrue();
}
