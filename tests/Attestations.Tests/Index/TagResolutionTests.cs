using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Tests.Keys;
using Kritis.Events.Attestations.Tests.Payloads;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Tests.Index;

public class TagResolutionTests
{
    private static readonly TestKey Old = TestKey.Named("release-old");
    private static readonly TestKey New = TestKey.Named("release");
    private static readonly TestKey Qa = TestKey.Named("qa");
    private static readonly Witness Release = TestKey.Witness("release", New.Pinned(), Old.Pinned(KeyState.Retired));
    private static readonly Witness QaWitness = TestKey.Witness("qa", Qa.Pinned());
    private static readonly Digest One = TestImages.App.Digest;
    private static readonly Digest Two = TestImages.OtherDigest.Digest;

    [Fact]
    public void A_tag_nobody_signed_for_stands_for_nothing() =>
        Problem([], Release).Should().Be("no witness has signed for this tag");

    [Fact]
    public void Claims_of_several_witnesses_and_keys_that_agree_make_one_digest()
    {
        var resolution = TagResolution.Of([Claim(One, "qa", Qa), Claim(One, "release", Old), Claim(One, "release", New)], [Release, QaWitness]);
        resolution.Digest.Should().Be(One);
        resolution.Witnesses.Should().Equal("release", "qa");
        resolution.Problem.Should().BeNull();
    }

    [Fact]
    public void A_tag_that_was_moved_stands_for_neither_digest_whoever_named_it()
    {
        Problem([Claim(One, "release", New), Claim(Two, "release", New)], Release).Should().StartWith("the tag was moved").And.Contain("2 digests");
        Problem([Claim(One, "release", Old), Claim(Two, "release", New)], Release).Should().StartWith("the tag was moved");
        Problem([Claim(One, "release", New), Claim(Two, "qa", Qa)], Release, QaWitness).Should().StartWith("the tag was moved");
    }

    [Fact]
    public void What_witnesses_outside_the_policy_say_makes_nothing_ambiguous() =>
        TagResolution.Of([Claim(One, "release", New), Claim(Two, "qa", Qa)], [Release]).Digest.Should().Be(One);

    [Fact]
    public void A_key_that_is_pinned_for_another_witness_or_revoked_says_nothing()
    {
        Problem([Claim(One, "release", Qa)], Release, QaWitness).Should().Be("no witness has signed for this tag");
        Problem([Claim(One, "release", New)], TestKey.Witness("release", New.Pinned(KeyState.Revoked))).Should().Be("no witness has signed for this tag");
        Problem([Claim(One, "release", New)], TestKey.Witness("release")).Should().Be("no witness has signed for this tag");
        Problem([Claim(One, "release", New)]).Should().Be("no witness has signed for this tag");
    }

    [Fact]
    public void A_revoked_digest_is_still_the_one_the_tag_stands_for_and_never_makes_room_for_another()
    {
        var system = new IndexUnderTest(TestKey.Resources(Release));
        system.Write(New.AttestWithTag(TestImages.App, "1.0", "release"));
        system.Write(New.Revoke(TestImages.App, "release"));
        system.Resolve(TestImages.App, "1.0", "release").Digest.Should().Be(One, "it is the image that is refused then");
        system.Write(New.AttestWithTag(TestImages.OtherDigest, "1.0", "release"));
        system.Resolve(TestImages.App, "1.0", "release").Problem.Should().StartWith("the tag was moved");
    }

    private static string? Problem(IReadOnlyList<TagClaim> claims, params Witness[] witnesses)
    {
        var resolution = TagResolution.Of(claims, witnesses);
        resolution.Digest.Should().BeNull();
        resolution.Witnesses.Should().BeEmpty();
        return resolution.Problem;
    }

    private static TagClaim Claim(Digest digest, string witness, TestKey key) => new(digest, witness, key.Public.Fingerprint);
}
