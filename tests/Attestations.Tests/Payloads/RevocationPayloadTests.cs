using System.Text;
using Kritis.Events.Attestations.Payloads;

namespace Kritis.Events.Attestations.Tests.Payloads;

public class RevocationPayloadTests
{
    [Theory]
    [InlineData("CVE-2026-1")]
    [InlineData("")]
    [InlineData("größe, \"quoted\", back\\slash, \u0000 and a line\nbreak </script> 😀")]
    public void A_reason_is_read_as_it_was_given(string reason)
    {
        var payload = RevocationPayload.Create(TestImages.App, "release", reason);
        RevocationPayload.TryRead(payload, out var claim, out var read, out var problem).Should().BeTrue(problem);
        claim.Should().Be(new PayloadClaim(TestImages.App, "release"));
        read.Should().Be(reason);
        payload.Should().OnlyContain(letter => letter >= 0x20 && letter < 0x7f, "it is ASCII whatever the reason");
    }

    [Fact]
    public void The_longest_reason_in_any_script_still_fits()
    {
        var payload = RevocationPayload.Create(TestImages.App, new string('w', 253), new string('ß', RevocationPayload.MostReasonCharacters));
        RevocationPayload.TryRead(payload, out _, out _, out _).Should().BeTrue();
    }

    [Fact]
    public void A_reason_that_no_verifier_would_read_is_refused_before_it_is_signed()
    {
        FluentActions.Invoking(() => RevocationPayload.Create(TestImages.App, "release", new string('x', RevocationPayload.MostReasonCharacters + 1)))
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => RevocationPayload.Create(TestImages.App, "release", "\ud800")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => RevocationPayload.Create(TestImages.App, "Not a name", "x")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void An_attestation_is_no_revocation_and_a_revocation_no_attestation()
    {
        var attestation = SimpleSigningPayload.Create(TestImages.App, "release");
        var revocation = RevocationPayload.Create(TestImages.App, "release", "x");
        RevocationPayload.TryRead(attestation, out _, out _, out _).Should().BeFalse();
        SimpleSigningPayload.TryRead(revocation, out _, out _).Should().BeFalse();
    }

    [Fact]
    public void Another_escape_of_the_same_reason_is_refused()
    {
        var text = Encoding.UTF8.GetString(RevocationPayload.Create(TestImages.App, "release", "ab"));
        RevocationPayload.TryRead(Encoding.UTF8.GetBytes(text.Replace("\"ab\"", "\"a\\u0062\"", StringComparison.Ordinal)), out _, out _, out _)
            .Should().BeFalse();
    }

    [Fact]
    public void G3_seeded_damage_to_a_revocation_is_read_as_nothing_or_as_its_own_canonical_bytes()
    {
        var random = new Random(20261124);
        var original = RevocationPayload.Create(TestImages.App, "release", "größe \"x\"");
        for (var round = 0; round < 50_000; round++)
        {
            var payload = Mutation.Of(original, random);
            if (RevocationPayload.TryRead(payload, out var claim, out var reason, out _))
            {
                payload.Should().Equal(RevocationPayload.Create(claim!.Image, claim.Witness, reason!));
            }

            SimpleSigningPayload.TryRead(payload, out _, out _).Should().BeFalse();
        }
    }

    /// <summary>The escaping is part of the format: a runtime that escaped otherwise would make every revocation before it unreadable.</summary>
    [Fact]
    public void The_bytes_of_a_revocation_never_change()
    {
        var image = Contracts.Images.Image.Parse("registry.example.com/team/app@sha256:" + new string('a', 64));

        var payload = System.Text.Encoding.UTF8.GetString(RevocationPayload.Create(image, "release", "a \"b\" <c> & 'd' \\ ü 😀\n"));

        payload.Should().Be(
            """{"critical":{"identity":{"docker-reference":"registry.example.com/team/app"},"image":{"docker-manifest-digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},"type":"kritis.events image revocation"},"optional":{"reason":"a \u0022b\u0022 \u003Cc\u003E \u0026 \u0027d\u0027 \\ \u00FC \uD83D\uDE00\n","witness":"release"}}""");
    }
}
