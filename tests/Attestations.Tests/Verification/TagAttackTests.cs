using System.Text.Json;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Tests.Index;
using Kritis.Events.Attestations.Tests.Keys;
using Kritis.Events.Attestations.Tests.Payloads;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;

namespace Kritis.Events.Attestations.Tests.Verification;

/// <summary>What somebody who can write to the bus tries to make a tag stand for an image of theirs, or for none at all.</summary>
public class TagAttackTests
{
    private const string Tag = "1.0";
    private static readonly TestKey Release = TestKey.Named("release");
    private static readonly TestKey Qa = TestKey.Named("qa");
    private static readonly TestKey Mallory = TestKey.Named("mallory");
    private static readonly ResourceSet Resources = TestKey.Resources(
        TestKey.Witness("release", Release.Pinned()), TestKey.Witness("qa", Qa.Pinned()));

    private static readonly AttestationCreated Honest = Release.AttestWithTag(TestImages.App, Tag, "release");
    private static readonly AttestationCreated Other = Release.Attest(TestImages.OtherDigest, "release");

    public static TheoryData<SignatureAlgorithm> Algorithms => [.. Enum.GetValues<SignatureAlgorithm>()];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void G3_a_claim_by_a_pinned_key_makes_its_tag_stand_for_its_digest_and_no_other(SignatureAlgorithm algorithm)
    {
        var key = TestKey.Named("release", algorithm);
        var system = new IndexUnderTest(TestKey.Resources(TestKey.Witness("release", key.Pinned())));
        var message = key.AttestWithTag(TestImages.App, Tag, "release");

        system.Write(message);

        system.Claims(TestImages.App, Tag).Should().Equal(new TagClaim(TestImages.App.Digest, "release", key.Public.Fingerprint));
        system.Resolve(TestImages.App, Tag, "release").Digest.Should().Be(TestImages.App.Digest);
        foreach (var (image, tag) in new[] { (TestImages.App, "1.1"), (TestImages.App, "1.0 "), (TestImages.App, ""), (TestImages.OtherRepository, Tag) })
        {
            system.Claims(image, tag).Should().BeEmpty();
        }

        (system.Dropped, system.DroppedClaims).Should().Be((0, 0));
    }

    [Fact]
    public void G3_a_tag_that_is_only_a_hint_stands_for_nothing()
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Honest with { TagClaim = null });
        system.Write(Other with { Tag = Tag });
        NothingClaimed(system);
    }

    [Fact]
    public void G3_a_valid_attestation_republished_with_another_tag_beside_its_claim_claims_only_what_is_signed()
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Honest with { Tag = "latest" });
        system.Claims(TestImages.App, "latest").Should().BeEmpty();
        system.Resolve(TestImages.App, Tag, "release").Digest.Should().Be(TestImages.App.Digest);
    }

    [Fact]
    public void G3_a_claim_moved_to_another_attestation_claims_nothing()
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Other with { TagClaim = Honest.TagClaim });
        system.Write(Release.Attest(TestImages.OtherRepository, "release") with { TagClaim = Honest.TagClaim });
        system.Write(Qa.Attest(TestImages.App, "qa") with { TagClaim = Honest.TagClaim });
        NothingClaimed(system, droppedClaims: 3);
    }

    public static TheoryData<string, AttestationCheck> Forgeries => new()
    {
        { "another digest", AttestationCheck.FieldsMatchPayload },
        { "another repository", AttestationCheck.FieldsMatchPayload },
        { "another witness", AttestationCheck.FieldsMatchPayload },
        { "an unpinned key", AttestationCheck.SignatureValid },
        { "the key of another witness", AttestationCheck.SignatureValid },
        { "another tag under the same signature", AttestationCheck.SignatureValid },
        { "the attestation's own signature", AttestationCheck.SignatureValid },
        { "no signature", AttestationCheck.SignatureValid },
        { "the attestation's own payload", AttestationCheck.PayloadReadable },
        { "a revocation", AttestationCheck.PayloadReadable },
        { "no payload", AttestationCheck.PayloadReadable },
        { "a huge payload", AttestationCheck.PayloadReadable },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void G3_a_forged_claim_is_dropped_and_harms_the_attestation_it_came_with_in_no_way(string forgery, AttestationCheck check)
    {
        var attestation = Honest with { TagClaim = null };
        var claim = forgery switch
        {
            "another digest" => Release.Claim(TestImages.OtherDigest, Tag, "release"),
            "another repository" => Release.Claim(TestImages.OtherRepository, Tag, "release"),
            "another witness" => Release.Claim(TestImages.App, Tag, "qa"),
            "an unpinned key" => Mallory.Claim(TestImages.App, Tag, "release"),
            "the key of another witness" => Qa.Claim(TestImages.App, Tag, "release"),
            "another tag under the same signature" => Honest.TagClaim! with { Payload = TagPayload.Create(TestImages.App, "2.0", "release") },
            "the attestation's own signature" => Honest.TagClaim! with { Signature = attestation.Signature },
            "no signature" => Honest.TagClaim! with { Signature = default },
            "the attestation's own payload" => new SignedTagClaim { Payload = attestation.Payload, Signature = attestation.Signature },
            "a revocation" => Release.Claim(RevocationPayload.Create(TestImages.App, "release", Tag)),
            "no payload" => Release.Claim([]),
            _ => Release.Claim(new byte[40_000]),
        };

        var verdict = AttestationVerifier.VerifyTag(attestation, claim, Resources);
        (verdict.FailedCheck, verdict.Tag, verdict.Image).Should().Be((check, null, null), verdict.Explanation);
        var system = new IndexUnderTest(Resources);
        system.Write(attestation with { TagClaim = claim });
        system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
        system.Dropped.Should().Be(0);
        NothingClaimed(system, droppedClaims: 1);
    }

    [Fact]
    public void G3_a_claim_beside_an_attestation_that_does_not_count_counts_as_little()
    {
        var system = new IndexUnderTest(Resources);
        foreach (var forged in new[]
        {
            Honest with { Signature = Honest.TagClaim!.Signature },
            Honest with { Payload = Honest.TagClaim!.Payload, Signature = Honest.TagClaim.Signature },
            Honest with { Id = new string('0', 64) },
            Honest with { Witness = "qa" },
            Mallory.AttestWithTag(TestImages.App, Tag, "release"),
            Mallory.AttestWithTag(TestImages.App, Tag, "mallory"),
        })
        {
            system.Write(forged);
        }

        system.Dropped.Should().Be(6);
        NothingClaimed(system);
    }

    [Fact]
    public void G3_a_claim_replayed_as_an_attestation_or_a_revocation_does_nothing()
    {
        var (payload, signature) = (Honest.TagClaim!.Payload, Honest.TagClaim.Signature);
        var id = AttestationId.Of(Release.Public.Fingerprint, payload.Span);
        var system = new IndexUnderTest(Resources);
        system.Write(Honest with { Id = id, Payload = payload, Signature = signature, TagClaim = null });
        system.Write(Release.Revoke(TestImages.App, "release", Tag) with { Id = id, Payload = payload, Signature = signature });
        (system.Dropped, system.Index.Count, system.Index.RevocationCount).Should().Be((2, 0, 0));
    }

    [Fact]
    public void G3_a_bus_writer_who_claims_a_tag_before_its_push_or_against_it_changes_nothing()
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Other with { Tag = Tag, TagClaim = Mallory.Claim(TestImages.OtherDigest, Tag, "release") });
        system.Write(Other with { Tag = Tag, TagClaim = Honest.TagClaim });
        system.Write(Honest);
        system.Write(Other with { Tag = Tag, TagClaim = Mallory.Claim(TestImages.OtherDigest, Tag, "release") });
        system.Write(Other with { Tag = Tag, TagClaim = Honest.TagClaim! with { Payload = TagPayload.Create(TestImages.OtherDigest, Tag, "release") } });

        system.Resolve(TestImages.App, Tag, "release").Digest.Should().Be(TestImages.App.Digest, "what is invalid makes nothing ambiguous");
        (system.Index.TagClaimCount, system.DroppedClaims).Should().Be((1, 4));
    }

    [Fact]
    public void G3_a_claim_speaks_for_its_own_witness_only()
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Qa.AttestWithTag(TestImages.App, Tag, "qa"));
        system.Resolve(TestImages.App, Tag, "release").Digest.Should().BeNull();
        system.Resolve(TestImages.App, Tag, "release", "qa").Witnesses.Should().Equal("qa");
    }

    [Theory]
    [InlineData(KeyState.Active, true)]
    [InlineData(KeyState.Retired, true)]
    [InlineData(KeyState.Revoked, false)]
    public void G3_a_claim_counts_as_its_key_is_trusted_now(KeyState state, bool counts)
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Honest);
        system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned(state))));
        system.Resolve(TestImages.App, Tag, "release").Digest.HasValue.Should().Be(counts);
    }

    [Fact]
    public void G3_a_claim_by_a_key_that_is_pinned_no_more_counts_for_nothing()
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Honest);
        system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Mallory.Pinned())));
        system.Resolve(TestImages.App, Tag, "release").Digest.Should().BeNull();
    }

    [Fact]
    public void G3_a_stolen_keys_claims_end_with_it_and_the_honest_one_stands()
    {
        var stolen = TestKey.Named("stolen");
        var system = new IndexUnderTest(TestKey.Resources(TestKey.Witness("release", Release.Pinned(), stolen.Pinned(KeyState.Retired))));
        system.Write(Honest);
        system.Write(stolen.AttestWithTag(TestImages.OtherDigest, Tag, "release"));
        system.Resolve(TestImages.App, Tag, "release").Digest.Should().BeNull("two digests are named");
        system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned(), stolen.Pinned(KeyState.Revoked))));
        system.Resolve(TestImages.App, Tag, "release").Digest.Should().Be(TestImages.App.Digest);
    }

    [Fact]
    public void G5_a_claim_that_comes_again_or_with_a_duplicate_attestation_is_held_once()
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Honest with { TagClaim = null });
        system.Write(Honest);
        system.Write(Honest);
        system.Write(Release.AttestWithTag(TestImages.App, Tag, "release"));
        system.Write(Release.AttestWithTag(TestImages.App, "latest", "release"));
        (system.Index.Count, system.Index.TagClaimCount).Should().Be((1, 2));
        system.Claims(TestImages.App, Tag).Should().ContainSingle();
        system.Resolve(TestImages.App, "latest", "release").Digest.Should().Be(TestImages.App.Digest);
    }

    [Fact]
    public void G3_seeded_damage_to_a_body_with_a_claim_never_throws_and_never_claims_another_tag_or_digest()
    {
        var random = new Random(20261125);
        var system = new IndexUnderTest(Resources);
        var body = JsonSerializer.SerializeToUtf8Bytes(Honest, WireJson.Default.AttestationCreated);
        for (var round = 0; round < 50_000; round++)
        {
            system.Write(MessageNames.AttestationCreated, Mutation.Of(body, random));
        }

        system.Index.TagClaimCount.Should().BeLessThanOrEqualTo(1);
        system.Claims(TestImages.App, Tag).Should().OnlyContain(claim => claim.Digest == TestImages.App.Digest && claim.KeyFingerprint == Honest.KeyFingerprint);
        system.DroppedClaims.Should().BePositive("damage to the claim alone leaves the attestation standing");
        system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
    }

    private static void NothingClaimed(IndexUnderTest system, int droppedClaims = 0)
    {
        (system.Index.TagClaimCount, system.DroppedClaims).Should().Be((0, droppedClaims));
        foreach (var image in new[] { TestImages.App, TestImages.OtherRepository })
        {
            system.Resolve(image, Tag, "release", "qa").Digest.Should().BeNull();
        }
    }
}
