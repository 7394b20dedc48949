using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Tests.Keys;
using Kritis.Events.Attestations.Tests.Payloads;

namespace Kritis.Events.Attestations.Tests.Index;

public class AttestationIndexTests
{
    private static readonly TestKey Key = TestKey.Named("release");
    private static readonly Witness Release = TestKey.Witness("release", Key.Pinned());

    [Fact]
    public void An_image_nobody_attested_is_unknown()
    {
        var index = new AttestationIndex();
        index.Find(TestImages.App).Should().BeSameAs(AttestedImage.Unknown);
        index.Find(TestImages.App).StandingOf(Release).Should().Be(new WitnessStanding(Standing.NoAttestation, null, null));
        (index.Count, index.RevocationCount).Should().Be((0, 0));
    }

    [Fact]
    public void A_witness_s_word_by_one_key_is_held_once_and_counted_once()
    {
        var index = new AttestationIndex();
        index.Add(TestImages.App, Attestation("1")).Should().BeTrue();
        index.Add(TestImages.App, Attestation("1")).Should().BeFalse();
        index.Add(TestImages.App, Attestation("2")).Should().BeTrue();
        index.Revoke(TestImages.App, Revocation("3")).Should().BeTrue();
        index.Revoke(TestImages.App, Revocation("3")).Should().BeFalse();
        (index.Count, index.RevocationCount).Should().Be((2, 1));
        index.Find(TestImages.App).Attestations.Select(held => held.Witness).Should().Equal("1", "2");
    }

    [Fact]
    public void What_an_index_keeps_no_details_of_is_told_apart_by_witness_and_key_alone_and_has_its_id_all_the_same()
    {
        var index = new AttestationIndex();
        var created = Key.Attest(TestImages.App, "release");
        _ = index.Add(TestImages.App, new IndexedAttestation { Witness = "release", KeyFingerprint = Key.Public.Fingerprint, Tag = "1.0", Signature = created.Signature });

        var held = index.Find(TestImages.App).Attestations.Should().ContainSingle().Subject;
        held.IdFor(TestImages.App).Should().Be(created.Id);
        (held.Tag, held.Signature.IsEmpty).Should().Be((null, true));
    }

    [Fact]
    public void Images_with_the_same_attestations_share_them_and_one_that_differs_does_not()
    {
        var index = new AttestationIndex();
        foreach (var image in new[] { TestImages.App, TestImages.OtherDigest, TestImages.OtherRepository })
        {
            _ = index.Add(image, Attestation("release"));
        }

        index.Find(TestImages.App).Should().BeSameAs(index.Find(TestImages.OtherRepository));
        _ = index.Revoke(TestImages.App, Revocation("1"));
        _ = index.Add(TestImages.OtherDigest, Attestation("qa"));
        index.Find(TestImages.OtherRepository).Attestations.Select(held => held.Witness).Should().Equal("release");
        index.Find(TestImages.OtherRepository).Revocations.Should().BeEmpty();
        index.Find(TestImages.App).Revocations.Should().ContainSingle();
        index.Find(TestImages.OtherDigest).Attestations.Select(held => held.Witness).Should().Equal("release", "qa");
    }

    [Fact]
    public void Lesson_CVE_2026_122321_a_tag_is_never_a_key_to_an_answer()
    {
        var index = new AttestationIndex();
        _ = index.Add(TestImages.App, Attestation("1") with { Tag = "1.0" });
        index.Find(TestImages.OtherDigest).StandingOf(Release).Standing.Should().Be(Standing.NoAttestation);
        index.FindTag(TestImages.App.Registry, TestImages.App.Repository, "1.0").Should().BeEmpty("a hint is not signed");
    }

    [Fact]
    public void A_claim_of_a_tag_is_held_once_and_found_under_its_very_name_only()
    {
        var index = new AttestationIndex();
        var claim = new TagClaim(TestImages.App.Digest, "release", Key.Public.Fingerprint);
        index.AddTag(TestImages.App, "1.0", claim).Should().BeTrue();
        index.AddTag(TestImages.App, "1.0", claim with { }).Should().BeFalse();
        index.AddTag(TestImages.App, "1.0", claim with { Digest = TestImages.OtherDigest.Digest }).Should().BeTrue();
        index.TagClaimCount.Should().Be(2);
        index.FindTag("registry.example", "team/app", "1.0").Select(held => held.Digest).Should().Equal(TestImages.App.Digest, TestImages.OtherDigest.Digest);
        foreach (var (registry, repository, tag) in new[] { ("registry.example", "team/app", "1.0a"), ("registry.example", "team/app", "V"), ("registry.example", "team/ap", "p1.0"), ("other.example", "team/app", "1.0") })
        {
            index.FindTag(registry, repository, tag).Should().BeEmpty();
        }
    }

    [Fact]
    public async Task Claims_of_one_tag_by_many_at_once_lose_nothing()
    {
        const int Digests = 100, Writers = 4;
        var index = new AttestationIndex();
        var added = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            var random = new Random(writer);
            var work = Enumerable.Range(0, Digests).ToArray();
            random.Shuffle(work);
            foreach (var number in work)
            {
                var claim = new TagClaim(TestImages.Of("r.example/a", number).Digest, "release", Key.Public.Fingerprint);
                _ = index.AddTag(TestImages.Of("r.example/a", number), "1.0", claim) ? Interlocked.Increment(ref added) : 0;
                index.FindTag("r.example", "a", "1.0").Should().OnlyHaveUniqueItems().And.Contain(claim);
            }
        })));
        (added, index.TagClaimCount, index.FindTag("r.example", "a", "1.0").Count).Should().Be((Digests, Digests, Digests));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Writers_and_readers_at_once_lose_nothing_and_see_nothing_torn(bool keepsDetails)
    {
        const int Images = 50, Each = 40, Writers = 4;
        var index = new AttestationIndex { KeepsDetails = keepsDetails };
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                for (var number = 0; number < Images; number++)
                {
                    var found = index.Find(TestImages.Of("r.example/a", number));
                    found.Attestations.IsDefault.Should().BeFalse();
                    found.Attestations.Select(held => held.Witness).Should().OnlyHaveUniqueItems();
                    found.Attestations.All(held => !keepsDetails || held.Tag == held.Witness).Should().BeTrue();
                }
            }
        })).ToList();

        var added = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            var random = new Random(writer);
            var work = Enumerable.Range(0, Images * Each).ToArray();
            random.Shuffle(work);
            foreach (var item in work)
            {
                var (image, id) = (TestImages.Of("r.example/a", item % Images), (item / Images).ToString("x", null));
                _ = index.Add(image, Attestation(id) with { Tag = id }) ? Interlocked.Increment(ref added) : 0;
                _ = item % 10 == 0 && index.Revoke(image, Revocation(id));
            }
        })));
        await stop.CancelAsync();
        await Task.WhenAll(readers);

        added.Should().Be(Images * Each, "each id is new exactly once, whoever came first");
        index.Count.Should().Be(Images * Each);
        index.RevocationCount.Should().Be(Images * Each / 10);
        Enumerable.Range(0, Images).Sum(number => index.Find(TestImages.Of("r.example/a", number)).Attestations.Length).Should().Be(Images * Each);
    }

    private static IndexedAttestation Attestation(string id) =>
        new() { Witness = id, KeyFingerprint = Key.Public.Fingerprint };

    private static IndexedRevocation Revocation(string id) => new(id, "release", "x", Key.Public.Fingerprint);
}
