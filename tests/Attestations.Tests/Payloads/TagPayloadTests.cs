using System.Text;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Tests.Payloads;

public class TagPayloadTests
{
    private const string Canonical = """{"critical":{"identity":{"docker-reference":"registry.example/team/app"},"image":{"docker-manifest-digest":"sha256:0000000000000000000000000000000000000000000000000000000000000001"},"type":"kritis.events image tag"},"optional":{"tag":"1.0","witness":"release"}}""";

    [Fact]
    public void G5_an_image_a_tag_and_a_witness_give_exactly_these_bytes()
    {
        TagPayload.Create(TestImages.App, "1.0", "release").Should().Equal(Encoding.UTF8.GetBytes(Canonical));
        TagPayload.TryRead(Encoding.UTF8.GetBytes(Canonical), out var claim, out var tag, out var problem).Should().BeTrue();
        (claim, tag, problem).Should().Be((new PayloadClaim(TestImages.App, "release"), "1.0", null));
    }

    public static TheoryData<string> OtherSpellings =>
    [
        "",
        "null",
        "{}",
        Canonical + " ",
        "\ufeff" + Canonical,
        Canonical + Canonical,
        Canonical.Replace(":{", ": {", StringComparison.Ordinal),
        Canonical.Replace("1.0", "1\\u002e0", StringComparison.Ordinal),
        Canonical.Replace("\"tag\":\"1.0\",\"witness\":\"release\"", "\"witness\":\"release\",\"tag\":\"1.0\"", StringComparison.Ordinal),
        Canonical.Replace("\"tag\":\"1.0\",", "", StringComparison.Ordinal),
        Canonical.Replace("\"tag\":\"1.0\"", "\"tag\":\"1.0\",\"tag\":\"1.0\"", StringComparison.Ordinal),
        Canonical.Replace("\"tag\":\"1.0\"", "\"tag\":\"2.0\",\"tag\":\"1.0\"", StringComparison.Ordinal),
        Canonical.Replace("\"tag\":\"1.0\"", "\"reason\":\"x\",\"tag\":\"1.0\"", StringComparison.Ordinal),
        Canonical.Replace("\"1.0\"", "[\"1.0\"]", StringComparison.Ordinal),
        Canonical.Replace("\"1.0\"", "\"\"", StringComparison.Ordinal),
        Canonical.Replace("\"1.0\"", "\".1\"", StringComparison.Ordinal),
        Canonical.Replace("\"1.0\"", "\"1.0@x\"", StringComparison.Ordinal),
        Canonical.Replace("\"1.0\"", "\"1\\n\"", StringComparison.Ordinal),
        Canonical.Replace("\"1.0\"", "\"\\ud800\"", StringComparison.Ordinal),
        Canonical.Replace("\"1.0\"", "\"" + new string('a', 129) + "\"", StringComparison.Ordinal),
        Canonical.Replace("team/app", "team/app:1.0", StringComparison.Ordinal),
        Canonical.Replace("sha256:", "sha512:", StringComparison.Ordinal),
        Canonical.Replace("\"release\"", "\"Release\"", StringComparison.Ordinal),
        Canonical.Replace("image tag", "image revocation", StringComparison.Ordinal),
        Canonical.Replace("kritis.events image tag", "cosign container image signature", StringComparison.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(OtherSpellings))]
    public void One_meaning_has_one_spelling(string payload)
    {
        TagPayload.TryRead(Encoding.UTF8.GetBytes(payload), out var claim, out var tag, out var problem).Should().BeFalse();
        (claim, tag).Should().Be((null, null));
        problem.Should().NotBeNullOrWhiteSpace();
    }

    [Fact]
    public void G3_none_of_the_three_payloads_is_ever_read_as_another()
    {
        var attestation = SimpleSigningPayload.Create(TestImages.App, "release");
        var revocation = RevocationPayload.Create(TestImages.App, "release", "1.0");
        var tag = TagPayload.Create(TestImages.App, "1.0", "release");
        Readers(attestation).Should().Equal("attestation");
        Readers(revocation).Should().Equal("revocation");
        Readers(tag).Should().Equal("tag");
        foreach (var (from, to) in new[] { ("\"tag\"", "\"reason\""), (",\"optional\"", ",\"Optional\"") })
        {
            Readers(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(tag).Replace(from, to, StringComparison.Ordinal))).Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".1")]
    [InlineData("a b")]
    [InlineData("1\"")]
    [InlineData("1@sha256")]
    [InlineData("ä")]
    public void Nothing_is_signed_that_no_verifier_could_read(string tag)
    {
        FluentActions.Invoking(() => TagPayload.Create(TestImages.App, tag, "release")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => TagPayload.Create(TestImages.App, "1.0", "Not a name")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void The_longest_claim_is_read_and_a_longer_one_not_looked_at()
    {
        var longest = Image.Parse("r.example/" + new string('a', 245) + "@" + TestImages.App.Digest);
        TagPayload.TryRead(TagPayload.Create(longest, new string('t', 128), new string('w', 253)), out _, out _, out var problem).Should().BeTrue(problem);
        TagPayload.TryRead(new byte[64 * 1024], out _, out _, out _).Should().BeFalse();
    }

    [Fact]
    public void G3_seeded_damage_to_a_claim_is_read_as_nothing_or_as_its_own_canonical_bytes()
    {
        var random = new Random(20261125);
        var original = TagPayload.Create(TestImages.App, "1.0", "release");
        for (var round = 0; round < 50_000; round++)
        {
            var payload = Mutation.Of(original, random);
            if (TagPayload.TryRead(payload, out var claim, out var tag, out _))
            {
                payload.Should().Equal(TagPayload.Create(claim!.Image, tag!, claim.Witness));
            }

            SimpleSigningPayload.TryRead(payload, out _, out _).Should().BeFalse();
            RevocationPayload.TryRead(payload, out _, out _, out _).Should().BeFalse();
        }
    }

    private static IEnumerable<string> Readers(byte[] payload)
    {
        if (SimpleSigningPayload.TryRead(payload, out _, out _))
        {
            yield return "attestation";
        }

        if (RevocationPayload.TryRead(payload, out _, out _, out _))
        {
            yield return "revocation";
        }

        if (TagPayload.TryRead(payload, out _, out _, out _))
        {
            yield return "tag";
        }
    }
}
