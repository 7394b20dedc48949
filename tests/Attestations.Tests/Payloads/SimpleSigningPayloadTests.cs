using System.Text;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Tests.Payloads;

public class SimpleSigningPayloadTests
{
    private const string Canonical = """{"critical":{"identity":{"docker-reference":"registry.example/team/app"},"image":{"docker-manifest-digest":"sha256:0000000000000000000000000000000000000000000000000000000000000001"},"type":"cosign container image signature"},"optional":{"witness":"release"}}""";

    [Fact]
    public void G5_an_image_and_a_witness_give_exactly_these_bytes()
    {
        SimpleSigningPayload.Create(TestImages.App, "release").Should().Equal(Encoding.UTF8.GetBytes(Canonical));
        SimpleSigningPayload.TryRead(Encoding.UTF8.GetBytes(Canonical), out var claim, out _).Should().BeTrue();
        claim.Should().Be(new PayloadClaim(TestImages.App, "release"));
    }

    public static TheoryData<string> OtherSpellings =>
    [
        Canonical + " ",
        Canonical + "\n",
        " " + Canonical,
        "\ufeff" + Canonical,
        Canonical + Canonical,
        Canonical + "\0",
        Canonical.Replace(":{", ": {", StringComparison.Ordinal),
        Canonical.Replace("release", "\\u0072elease", StringComparison.Ordinal),
        Canonical.Replace("registry.example/", "registry.example\\/", StringComparison.Ordinal),
        Canonical.Replace("\"critical\"", "\"Critical\"", StringComparison.Ordinal),
        Canonical.Replace("cosign container image signature", "atomic container signature", StringComparison.Ordinal),
        Canonical.Replace("{\"witness\"", "{\"creator\":\"x\",\"witness\"", StringComparison.Ordinal),
        Canonical.Replace("{\"witness\"", "{\"timestamp\":1,\"witness\"", StringComparison.Ordinal),
        Canonical.Replace("\"optional\":{\"witness\":\"release\"}", "\"optional\":null", StringComparison.Ordinal),
        Canonical.Replace(",\"optional\":{\"witness\":\"release\"}", "", StringComparison.Ordinal),
        """{"optional":{"witness":"release"},"critical":{"identity":{"docker-reference":"registry.example/team/app"},"image":{"docker-manifest-digest":"sha256:0000000000000000000000000000000000000000000000000000000000000001"},"type":"cosign container image signature"}}""",
        Canonical.Replace("registry.example/team/app", "Registry.example/team/app", StringComparison.Ordinal),
        Canonical.Replace("registry.example/team/app", "registry.example/team/app:1.0", StringComparison.Ordinal),
        Canonical.Replace("registry.example/team/app", "alpine", StringComparison.Ordinal),
        Canonical.Replace("registry.example/team/app", "", StringComparison.Ordinal),
        Canonical.Replace("registry.example/team/app", "registry.example/team/app@sha256:0000000000000000000000000000000000000000000000000000000000000001", StringComparison.Ordinal),
        Canonical.Replace("sha256:", "sha512:", StringComparison.Ordinal),
        Canonical.Replace("01\"", "0\"", StringComparison.Ordinal),
        Canonical.Replace("\"release\"", "\"Release\"", StringComparison.Ordinal),
        Canonical.Replace("\"release\"", "\"\"", StringComparison.Ordinal),
        Canonical.Replace("\"release\"", "[\"release\"]", StringComparison.Ordinal),
        Canonical.Replace("\"release\"", "\"\\ud800\"", StringComparison.Ordinal),
        Canonical.Replace("\"release\"", "\"" + new string('a', 254) + "\"", StringComparison.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(OtherSpellings))]
    public void One_meaning_has_one_spelling(string payload)
    {
        SimpleSigningPayload.TryRead(Encoding.UTF8.GetBytes(payload), out var claim, out var problem).Should().BeFalse();
        claim.Should().BeNull();
        problem.Should().NotBeNullOrWhiteSpace();
    }

    [Theory]
    [InlineData("docker-reference", "registry.example/attacker/app")]
    [InlineData("docker-manifest-digest", "sha256:0000000000000000000000000000000000000000000000000000000000000002")]
    [InlineData("type", "cosign container image signature")]
    [InlineData("witness", "release")]
    public void G3_a_member_that_stands_twice_makes_the_payload_unreadable(string member, string value)
    {
        foreach (var twice in new[] { $"\"{member}\":\"{value}\",\"{member}\"", $"\"{member}\":{{}},\"{member}\"" })
        {
            var payload = Canonical.Replace($"\"{member}\"", twice, StringComparison.Ordinal);
            SimpleSigningPayload.TryRead(Encoding.UTF8.GetBytes(payload), out _, out _).Should().BeFalse();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"critical\":null}")]
    [InlineData("{{{{{{{{{{")]
    [InlineData("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}")]
    [InlineData("// comment\n{}")]
    [InlineData("{\"critical\":{},}")]
    public void Lesson_CVE_2026_39395_a_payload_that_does_not_parse_says_nothing(string payload) =>
        SimpleSigningPayload.TryRead(Encoding.UTF8.GetBytes(payload), out _, out _).Should().BeFalse();

    [Fact]
    public void Bytes_that_are_no_UTF_8_say_nothing()
    {
        var payload = SimpleSigningPayload.Create(TestImages.App, "release");
        payload[^5] = 0xff;
        SimpleSigningPayload.TryRead(payload, out _, out _).Should().BeFalse();
        SimpleSigningPayload.TryRead(Encoding.Unicode.GetBytes(Canonical), out _, out _).Should().BeFalse();
    }

    [Fact]
    public void A_payload_longer_than_any_of_ours_is_not_looked_at()
    {
        SimpleSigningPayload.TryRead(new byte[64 * 1024], out _, out var problem).Should().BeFalse();
        problem.Should().Contain("65536");
        var longest = Image.Parse("r.example/" + new string('a', 245) + "@" + TestImages.App.Digest);
        SimpleSigningPayload.TryRead(SimpleSigningPayload.Create(longest, new string('w', 253)), out _, out problem).Should().BeTrue(problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Release")]
    [InlineData("a\"b")]
    [InlineData("a b")]
    [InlineData("-a")]
    public void Nothing_is_signed_that_no_verifier_could_read(string witness) =>
        FluentActions.Invoking(() => SimpleSigningPayload.Create(TestImages.App, witness)).Should().Throw<ArgumentException>();

    [Fact]
    public void G3_seeded_damage_to_a_payload_is_read_as_nothing_or_as_its_own_canonical_bytes()
    {
        var random = new Random(20261123);
        var original = SimpleSigningPayload.Create(TestImages.App, "release");
        for (var round = 0; round < 50_000; round++)
        {
            var payload = Mutation.Of(original, random);
            if (SimpleSigningPayload.TryRead(payload, out var claim, out _))
            {
                payload.Should().Equal(SimpleSigningPayload.Create(claim!.Image, claim.Witness));
            }

            RevocationPayload.TryRead(payload, out _, out _, out _).Should().BeFalse();
        }
    }
}
