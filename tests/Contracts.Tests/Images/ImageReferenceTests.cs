using System.Globalization;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Contracts.Tests.Images;

public class ImageReferenceTests
{
    private const string Sha = "sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45";

    [Theory]
    [InlineData("alpine", "docker.io/library/alpine")]
    [InlineData("alpine:3.11", "docker.io/library/alpine:3.11")]
    [InlineData("alpine@" + Sha, "docker.io/library/alpine@" + Sha)]
    [InlineData("alpine:3.11@" + Sha, "docker.io/library/alpine:3.11@" + Sha)]
    [InlineData("library/alpine", "docker.io/library/alpine")]
    [InlineData("docker.io/alpine", "docker.io/library/alpine")]
    [InlineData("docker.io/library/alpine", "docker.io/library/alpine")]
    [InlineData("index.docker.io/alpine", "docker.io/library/alpine")]
    [InlineData("index.docker.io/library/alpine:3", "docker.io/library/alpine:3")]
    [InlineData("index.docker.io/team/app", "docker.io/team/app")]
    [InlineData("team/app", "docker.io/team/app")]
    [InlineData("team/deeper/app", "docker.io/team/deeper/app")]
    [InlineData("localhost/app", "localhost/app")]
    [InlineData("localhost:5000/app", "localhost:5000/app")]
    [InlineData("localhost:5000", "docker.io/library/localhost:5000")]
    [InlineData("localhost", "docker.io/library/localhost")]
    [InlineData("localhosts/app", "docker.io/localhosts/app")]
    [InlineData("host:5000/app", "host:5000/app")]
    [InlineData("host:5000/app:1.0", "host:5000/app:1.0")]
    [InlineData("host:5000/team/app:1.0@" + Sha, "host:5000/team/app:1.0@" + Sha)]
    [InlineData("registry.example/app", "registry.example/app")]
    [InlineData("registry.example/a.b/c__d/e---f", "registry.example/a.b/c__d/e---f")]
    [InlineData("Registry.Example:443/app", "registry.example:443/app")]
    [InlineData("LOCALHOST/app", "localhost/app")]
    [InlineData("HOST:80/app", "host:80/app")]
    [InlineData("127.0.0.1:5000/app", "127.0.0.1:5000/app")]
    [InlineData("[::1]/app", "[::1]/app")]
    [InlineData("[::1]:5000/app:x", "[::1]:5000/app:x")]
    [InlineData("[2001:DB8::1]:5000/app", "[2001:db8::1]:5000/app")]
    [InlineData("xn--n3h.example/app", "xn--n3h.example/app")]
    [InlineData("sha256:abc", "docker.io/library/sha256:abc")]
    [InlineData("app:_UPPER.tag-1", "docker.io/library/app:_UPPER.tag-1")]
    public void Names_are_normalised_as_Docker_does(string written, string normalised)
    {
        ImageReference.TryParse(written, out var reference, out var problem).Should().BeTrue(problem);
        reference!.ToString().Should().Be(normalised);
        reference.Original.Should().Be(written);
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData(" ", "repository")]
    [InlineData(" alpine", "repository")]
    [InlineData("alpine ", "repository")]
    [InlineData("alpine :3", "repository")]
    [InlineData("al pine", "repository")]
    [InlineData("alpine\n", "repository")]
    [InlineData("alpine:3.11\n", "tag")]
    [InlineData("alpine:3\u00003", "tag")]
    [InlineData("alpine\t", "repository")]
    [InlineData("al\u0000pine", "repository")]
    [InlineData("al\u202epine", "repository")]
    [InlineData("Alpine", "upper-case")]
    [InlineData("team/App", "upper-case")]
    [InlineData("registry.example/App", "upper-case")]
    [InlineData("alpine@", "digest")]
    [InlineData("alpine@sha256:", "digest")]
    [InlineData("alpine@sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c4", "digest")]
    [InlineData("alpine@sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c455", "digest")]
    [InlineData("alpine@sha256:DDBA4D27A7FFC3F86DD6C2F92041AF252A1F23A8E742C90E6E1297BFA1BC0C45", "digest")]
    [InlineData("alpine@SHA256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45", "digest")]
    [InlineData("alpine@sha512:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45", "digest")]
    [InlineData("alpine@" + Sha + " ", "digest")]
    [InlineData("alpine@" + Sha + "\n", "digest")]
    [InlineData("alpine@" + Sha + "@" + Sha, "digest")]
    [InlineData("alpine@" + Sha + ":3.11", "digest")]
    [InlineData("@" + Sha, "repository")]
    [InlineData(":tag@" + Sha, "repository")]
    [InlineData(":tag", "repository")]
    [InlineData(":", "repository")]
    [InlineData("@", "digest")]
    [InlineData("/", "repository")]
    [InlineData("alpine:", "tag")]
    [InlineData("alpine:@" + Sha, "tag")]
    [InlineData("alpine:-x", "tag")]
    [InlineData("alpine:.x", "tag")]
    [InlineData("alpine:a:b", "repository")]
    [InlineData("alpine:é", "tag")]
    [InlineData("HOST/app", "registry")]
    [InlineData("host:port/name", "registry")]
    [InlineData("host:/name", "registry")]
    [InlineData("host:123456/name", "registry")]
    [InlineData("host:80:80/name", "registry")]
    [InlineData("user:secret@registry.example/app", "digest")]
    [InlineData("https://registry.example/app", "registry")]
    [InlineData("registry.example./app", "registry")]
    [InlineData("docker.io./alpine", "registry")]
    [InlineData(".example/app", "registry")]
    [InlineData("-registry.example/app", "registry")]
    [InlineData("registry-.example/app", "registry")]
    [InlineData("registry..example/app", "registry")]
    [InlineData("under_score.example/app", "registry")]
    [InlineData("[::1/app", "registry")]
    [InlineData("::1/app", "registry")]
    [InlineData("[::1]x/app", "registry")]
    [InlineData("[fe80::1%25eth0]/app", "registry")]
    [InlineData("[]/app", "repository")]
    [InlineData("[]:5000/app", "registry")]
    [InlineData("registry.example/", "repository")]
    [InlineData("registry.example//app", "repository")]
    [InlineData("registry.example/app/", "repository")]
    [InlineData("/app", "repository")]
    [InlineData("registry.example/../app", "repository")]
    [InlineData("registry.example/./app", "repository")]
    [InlineData("registry.example/a..b", "repository")]
    [InlineData("registry.example/a___b", "repository")]
    [InlineData("registry.example/a._b", "repository")]
    [InlineData("registry.example/-a", "repository")]
    [InlineData("registry.example/a-", "repository")]
    [InlineData("registry.example/a%2fb", "repository")]
    [InlineData("registry.example/a\\b", "repository")]
    [InlineData("registry.example/app?x=1", "repository")]
    [InlineData("registry.example/app#x", "repository")]
    [InlineData("registry.example/*", "repository")]
    [InlineData("ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45", "image id")]
    public void What_Docker_would_not_accept_is_refused_with_the_reason(string? written, string reason)
    {
        ImageReference.TryParse(written, out var reference, out var problem).Should().BeFalse();
        reference.Should().BeNull();
        problem.Should().Contain(reason);
    }

    [Theory]
    [InlineData("аlpine")] // Cyrillic a
    [InlineData("alpıne")] // dotless i
    [InlineData("\uFF41lpine")] // full-width a
    [InlineData("ſtage/app")] // long s
    [InlineData("registry。example/app")] // ideographic full stop
    [InlineData("registry.exаmple/app")] // Cyrillic a in the host
    [InlineData("\u212Aube.example/app")] // Kelvin sign, whose lower case is an ASCII k
    [InlineData("\u0130mages.example/app")] // I with a dot, whose lower case is an i with a dot
    [InlineData("\uFF32egistry.example/app")] // full-width R
    [InlineData("registry.example:५/app")] // Devanagari digit
    [InlineData("registry.example/app५")]
    [InlineData("alpine:३")]
    [InlineData("alpine\u200b")]
    [InlineData("\ufeffalpine")]
    public void Look_alikes_from_Unicode_are_no_image_names(string written) =>
        ImageReference.TryParse(written, out _, out _).Should().BeFalse();

    [Fact]
    public void A_name_of_ten_kilobytes_is_refused_without_being_repeated()
    {
        ImageReference.TryParse(new string('a', 10_240), out _, out var problem).Should().BeFalse();
        problem.Should().Contain("10240").And.HaveLength(problem!.Length).And.Match(text => text.Length < 200);
    }

    [Fact]
    public void Registry_and_repository_have_at_most_255_characters()
    {
        var longest = "registry.example/" + new string('a', 255 - "registry.example/".Length);
        ImageReference.TryParse(longest, out _, out _).Should().BeTrue();
        ImageReference.TryParse(longest + "a", out _, out var problem).Should().BeFalse();
        problem.Should().Contain("255");
        ImageReference.TryParse(new string('a', 250), out _, out _).Should().BeFalse("docker.io/library/ counts");
    }

    [Fact]
    public void A_tag_has_at_most_128_characters()
    {
        ImageReference.TryParse("alpine:" + new string('a', 128), out _, out _).Should().BeTrue();
        ImageReference.TryParse("alpine:" + new string('a', 129), out _, out _).Should().BeFalse();
    }

    [Fact]
    public void Whatever_is_accepted_means_the_same_when_its_normalised_form_is_read()
    {
        var random = new Random(20261123);
        var accepted = 0;
        for (var round = 0; round < 40_000; round++)
        {
            var text = AnyText(random);
            if (!ImageReference.TryParse(text, out var reference, out var problem))
            {
                problem.Should().NotBeNullOrWhiteSpace();
                continue;
            }

            accepted++;
            ImageReference.TryParse(reference.ToString(), out var again, out problem).Should().BeTrue("{0}: {1}", text, problem);
            again!.Registry.Should().Be(reference.Registry);
            again.Repository.Should().Be(reference.Repository);
            again.Tag.Should().Be(reference.Tag);
            again.Digest.Should().Be(reference.Digest);
            reference.ToString().Should().MatchRegex(@"\A[\x21-\x7e]+\z", "no accepted name has anything but visible ASCII");
        }

        accepted.Should().BeGreaterThan(5_000, "the generator must reach the parser");
    }

    [Fact]
    public void No_text_whatever_makes_the_parser_throw()
    {
        var random = new Random(4711);
        for (var round = 0; round < 50_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(0, 40)).Select(_ => (char)random.Next(0, round % 2 == 0 ? 128 : 65_536))]);
            var parse = () => ImageReference.TryParse(text, out _, out _) | Image.TryParse(text, out _, out _) | Digest.TryParse(text, out _);
            parse.Should().NotThrow();
        }
    }

    private static string AnyText(Random random)
    {
        string[] hosts = ["", "", "docker.io/", "index.docker.io/", "localhost/", "Host.Example/", "h:5000/", "[::1]:80/", "a..b/", "x_y/", "\u212A.example/"];
        string[] parts = ["a", "app", "a.b", "a__b", "a--b", "9", "A", "_", "", "é", "lib"];
        string[] tails = ["", "", ":1.0", ":latest", ":", ":_x", "@" + Sha, ":1@" + Sha, "@sha256:00", " ", "/"];
        var path = string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.GetItems(parts, 1)[0]));
        return string.Create(CultureInfo.InvariantCulture, $"{random.GetItems(hosts, 1)[0]}{path}{random.GetItems(tails, 1)[0]}");
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("_A.b-c", true)]
    [InlineData("latest", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData(".1", false)]
    [InlineData("-1", false)]
    [InlineData("a b", false)]
    [InlineData("a:b", false)]
    [InlineData("a/b", false)]
    [InlineData("1\n", false)]
    [InlineData("ä", false)]
    [InlineData("1@" + Sha, false)]
    public void A_tag_is_told_from_what_is_none(string? text, bool isTag) => ImageReference.IsTag(text).Should().Be(isTag);

    [Fact]
    public void What_is_called_a_tag_has_at_most_128_characters()
    {
        ImageReference.IsTag(new string('a', 128)).Should().BeTrue();
        ImageReference.IsTag(new string('a', 129)).Should().BeFalse();
    }
}
