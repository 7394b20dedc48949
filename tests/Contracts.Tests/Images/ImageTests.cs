using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Contracts.Tests.Images;

public class ImageTests
{
    private const string Sha = "sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45";

    [Theory]
    [InlineData("registry.example/team/app@" + Sha)]
    [InlineData("docker.io/library/alpine@" + Sha)]
    [InlineData("localhost:5000/app@" + Sha)]
    [InlineData("[::1]:5000/app@" + Sha)]
    public void An_image_is_written_as_it_was_read(string text) => Image.Parse(text).ToString().Should().Be(text);

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("registry.example/app", "sha256")]
    [InlineData("registry.example/app:1@" + Sha, "without a tag")]
    [InlineData("alpine@" + Sha, "docker.io/library/alpine")]
    [InlineData("docker.io/alpine@" + Sha, "docker.io/library/alpine")]
    [InlineData("index.docker.io/library/alpine@" + Sha, "docker.io/library/alpine")]
    [InlineData("Registry.example/app@" + Sha, "registry.example/app")]
    [InlineData("[2001:DB8::1]/app@" + Sha, "[2001:db8::1]/app")]
    public void Only_the_one_full_spelling_of_an_image_is_an_image(string? text, string reason)
    {
        Image.TryParse(text, out var image, out var problem).Should().BeFalse();
        image.Should().BeNull();
        problem.Should().Contain(reason);
    }

    [Theory]
    [InlineData("registry.example/app:1@" + Sha)]
    [InlineData("registry.example/app@" + Sha + "0")]
    [InlineData("registry.example/app@" + Sha + " ")]
    [InlineData("registry.example/app@@" + Sha)]
    [InlineData("registry.example/app@Sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45")]
    [InlineData("registry.example/app@sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c4G")]
    [InlineData("registry.example/app@sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c4٣")]
    [InlineData("Registry.example/app@" + Sha)]
    [InlineData("registry.example/app")]
    [InlineData("@" + Sha)]
    public void A_name_that_came_before_makes_nothing_an_image_that_is_none(string text)
    {
        _ = Image.Parse("registry.example/app@" + Sha);

        Image.TryParse(text, out _, out var problem).Should().BeFalse();
        problem.Should().NotBeNullOrEmpty();
        FluentActions.Invoking(() => JsonSerializer.Deserialize<Image>(JsonSerializer.Serialize(text))).Should().Throw<JsonException>();
    }

    [Fact]
    public void A_name_that_came_before_is_read_with_each_digest_from_text_and_from_json()
    {
        foreach (var name in Enumerable.Range(0, 5000).Select(number => $"registry.example:5000/team/app-{number % 2500}"))
        {
            var digest = Digest.Of(Guid.NewGuid().ToByteArray());
            var image = Image.Parse($"{name}@{digest}");
            image.Should().Be(new Image("registry.example:5000", name["registry.example:5000/".Length..], digest));
            JsonSerializer.Deserialize<Image>($"\"{name}@{digest}\"").Should().Be(image);
            JsonSerializer.Deserialize<Image>($"\"{name}\\u0040{digest}\"").Should().Be(image);
        }
    }

    [Fact]
    public void Images_are_equal_when_registry_repository_and_digest_are()
    {
        var image = Image.Parse("registry.example/app@" + Sha);
        image.Should().Be(Image.Parse("registry.example/app@" + Sha));
        image.GetHashCode().Should().Be(Image.Parse("registry.example/app@" + Sha).GetHashCode());
        image.Should().NotBe(Image.Parse("registry.example/app2@" + Sha));
        image.Should().NotBe(Image.Parse("registry.example:443/app@" + Sha));
    }

    [Fact]
    public void Reading_a_wrong_image_or_digest_says_what_is_expected()
    {
        FluentActions.Invoking(() => Image.Parse("x\ny")).Should().Throw<FormatException>().WithMessage("*x\\u000ay*");
        FluentActions.Invoking(() => Digest.Parse("sha256:12")).Should().Throw<FormatException>().WithMessage("*64 lower-case*");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45")]
    [InlineData("sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c4g")]
    [InlineData("sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c4\n")]
    [InlineData("sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c4٣")]
    [InlineData("Sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45")]
    public void Only_sha256_and_64_lower_case_digits_are_a_digest(string? text) => Digest.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void The_digest_of_content_is_its_SHA_256()
    {
        // The digest of nothing, FIPS 180-4.
        Digest.Of([]).ToString().Should().Be("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        Digest.Of("abc"u8).Hex.Should().Be("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    [Fact]
    public void An_uninitialised_digest_is_never_written_as_if_it_were_one()
    {
        FluentActions.Invoking(() => default(Digest).ToString()).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => JsonSerializer.Serialize(default(Digest))).Should().Throw<InvalidOperationException>();
    }
}
