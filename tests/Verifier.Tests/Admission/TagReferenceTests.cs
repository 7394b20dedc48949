using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

/// <summary>Tags where a policy and the registry allow them; that a claim is signed is held where the index is filled.</summary>
public sealed class TagReferenceTests
{
    private const string Tagged = $"{Given.Host}/kritis-demo/alpine:3.11";
    private const string Refused = $"image {Tagged} is not attested";
    private static readonly Image Alpine = Image.Parse(Given.Alpine);
    private static readonly SecurityPolicy ByTag = Given.Policy() with { Tags = TagReferences.Immutable };

    [Fact]
    public void A_tag_stands_for_the_digest_that_the_witness_has_signed_for_it()
    {
        var cluster = Immutable(ByTag);
        cluster.Index.Attest(Given.Alpine, Given.Release);
        Claim(cluster, "3.11", Given.Release);

        var decision = cluster.Decide(Tagged);

        decision.Allowed.Should().BeTrue();
        decision.Images.Single().Explanation.Should().Be($"policy default-namespace: tag '3.11' stands for sha256:{Given.Hex}: attested by 'release'");
        cluster.Decide($"{Given.Alias}/kritis-demo/alpine:3.11").Allowed.Should().BeTrue("an alias serves the same tags");
    }

    [Fact]
    public void G3_a_tag_is_refused_where_the_policy_does_not_allow_tags()
    {
        var cluster = Immutable(Given.Policy());
        cluster.Index.Attest(Given.Alpine, Given.Release);
        Claim(cluster, "3.11", Given.Release);

        cluster.Decide(Tagged).Message.Should().Be(Refused);
    }

    [Fact]
    public void G3_a_tag_is_refused_where_the_registry_does_not_declare_it_immutable()
    {
        var cluster = new Cluster(ByTag);
        cluster.Index.Attest(Given.Alpine, Given.Release);
        Claim(cluster, "3.11", Given.Release);

        cluster.Decide(Tagged).Message.Should().Be(Refused);
    }

    [Fact]
    public void G3_an_attestation_that_only_came_with_a_tag_resolves_none()
    {
        var cluster = Immutable(ByTag);
        cluster.Index.Add(Alpine, new IndexedAttestation
        {
            Witness = "release",
            KeyFingerprint = Given.Release.Keys[0].PublicKey.Fingerprint,
            Tag = "3.11",
        });

        cluster.Decide(Tagged).Warnings.Should().ContainSingle().Which.Should().EndWith("tag '3.11': no witness has signed for this tag");
    }

    [Fact]
    public void G3_a_tag_that_was_signed_for_two_digests_stands_for_none()
    {
        var cluster = Immutable(ByTag);
        cluster.Index.Attest(Given.Alpine, Given.Release);
        Claim(cluster, "3.11", Given.Release);
        Claim(cluster, "3.11", Given.Release, Digest.Parse($"sha256:{new string('1', 64)}"));

        cluster.Decide(Tagged).Message.Should().Be(Refused);
    }

    [Fact]
    public void G3_the_digest_that_a_tag_stands_for_must_be_attested_as_any_other()
    {
        var cluster = Immutable(ByTag);
        Claim(cluster, "3.11", Given.Release);
        cluster.Decide(Tagged).Message.Should().Be(Refused);

        cluster.Index.Attest(Given.Alpine, Given.Release);
        cluster.Index.Revoke(Given.Alpine, Given.Release, "bad");
        cluster.Decide(Tagged).Message.Should().Be(Refused);
    }

    [Fact]
    public void G3_a_claim_by_a_witness_that_the_policy_does_not_name_or_by_a_revoked_key_counts_nothing()
    {
        var foreign = Immutable(ByTag);
        foreign.Index.Attest(Given.Alpine, Given.Release);
        Claim(foreign, "3.11", Given.Qa);
        foreign.Decide(Tagged).Message.Should().Be(Refused);

        var resources = Given.Resources(ByTag).With(Given.Release.InState(KeyState.Revoked)) with { Registries = [Given.Registry with { ImmutableTags = ["*"] }] };
        var revoked = new Cluster(resources);
        revoked.Index.Attest(Given.Alpine, Given.Release);
        Claim(revoked, "3.11", Given.Release);
        revoked.Decide(Tagged).Message.Should().Be(Refused);
    }

    [Fact]
    public void G3_two_policies_whose_witnesses_have_signed_for_two_digests_refuse_the_tag()
    {
        const string Other = $"{Given.Host}/kritis-demo/alpine@sha256:1111111111111111111111111111111111111111111111111111111111111111";
        var resources = Given.Resources(ByTag, ByTag with { Name = "second", Witnesses = ["qa"] }) with { Registries = [Given.Registry with { ImmutableTags = ["*"] }] };
        var cluster = new Cluster(resources);
        cluster.Index.Attest(Given.Alpine, Given.Release);
        cluster.Index.Attest(Other, Given.Qa);
        Claim(cluster, "3.11", Given.Release);
        Claim(cluster, "3.11", Given.Qa, Image.Parse(Other).Digest);

        cluster.Decide(Tagged).Message.Should().Be(Refused);
    }

    [Fact]
    public void G3_as_many_witnesses_must_have_signed_for_the_tag_as_must_attest_the_image()
    {
        var cluster = Immutable(ByTag with { Witnesses = ["release", "qa"], AtLeast = 2 });
        cluster.Index.Attest(Given.Alpine, Given.Release);
        cluster.Index.Attest(Given.Alpine, Given.Qa);
        Claim(cluster, "3.11", Given.Release);
        cluster.Decide(Tagged).Message.Should().Be(Refused);

        Claim(cluster, "3.11", Given.Qa);
        cluster.Decide(Tagged).Allowed.Should().BeTrue();
    }

    [Fact]
    public void No_tag_at_all_is_no_tag_that_was_signed()
    {
        var cluster = Immutable(ByTag);
        cluster.Index.Attest(Given.Alpine, Given.Release);
        Claim(cluster, "latest", Given.Release);

        cluster.Decide($"{Given.Host}/kritis-demo/alpine").Allowed.Should().BeFalse("what a missing tag means is the runtime's choice");
    }

    private static Cluster Immutable(SecurityPolicy policy) =>
        new(Given.Resources(policy) with { Registries = [Given.Registry with { ImmutableTags = ["kritis-demo/*"] }] });

    private static void Claim(Cluster cluster, string tag, Witness witness, Digest? digest = null) => cluster.Index.AddTag(
        Alpine with { Digest = digest ?? Alpine.Digest }, tag, new TagClaim(digest ?? Alpine.Digest, witness.Name, witness.Keys[0].PublicKey.Fingerprint))
        .Should().BeTrue();
}
