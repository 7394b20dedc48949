using System.Text;
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

/// <summary>What somebody tries who can write to the bus, to the registry or to the intake.</summary>
public class AttackTests
{
    private static readonly TestKey Release = TestKey.Named("release");
    private static readonly TestKey Qa = TestKey.Named("qa");
    private static readonly TestKey Mallory = TestKey.Named("mallory");
    private static readonly Witness ReleaseWitness = TestKey.Witness("release", Release.Pinned());
    private static readonly Witness QaWitness = TestKey.Witness("qa", Qa.Pinned());
    private static readonly ResourceSet Resources = TestKey.Resources(ReleaseWitness, QaWitness);
    private static readonly AttestationCreated Honest = Release.Attest(TestImages.App, "release");

    public static TheoryData<SignatureAlgorithm> Algorithms => [.. Enum.GetValues<SignatureAlgorithm>()];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void G3_a_valid_signature_by_a_pinned_key_admits_exactly_its_image(SignatureAlgorithm algorithm)
    {
        var key = TestKey.Named("release", algorithm);
        var system = new IndexUnderTest(TestKey.Resources(TestKey.Witness("release", key.Pinned())));
        system.Write(key.Attest(TestImages.App, "release"));
        system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
        system.Standing(TestImages.OtherDigest, "release").Should().Be(Standing.NoAttestation);
        system.Standing(TestImages.OtherRepository, "release").Should().Be(Standing.NoAttestation);
    }

    [Fact]
    public void G3_Lesson_CVE_2022_35929_a_signature_over_the_payload_of_another_digest_admits_nothing() =>
        Refused(Honest with { Image = TestImages.OtherDigest }, AttestationCheck.FieldsMatchPayload, TestImages.OtherDigest);

    [Fact]
    public void G3_a_signature_over_the_payload_of_another_repository_admits_nothing() =>
        Refused(Honest with { Image = TestImages.OtherRepository }, AttestationCheck.FieldsMatchPayload, TestImages.OtherRepository);

    [Fact]
    public void G3_a_signature_moved_to_another_payload_admits_nothing()
    {
        var other = Release.Attest(TestImages.OtherDigest, "release");
        Refused(other with { Signature = Honest.Signature }, AttestationCheck.SignatureValid, TestImages.OtherDigest);
    }

    [Fact]
    public void G3_a_signature_by_an_unpinned_key_admits_nothing() =>
        Refused(Mallory.Attest(TestImages.App, "release"), AttestationCheck.KeyPinned);

    [Fact]
    public void G3_a_signature_by_an_unpinned_key_under_a_pinned_keys_name_admits_nothing()
    {
        var forged = Mallory.Attest(TestImages.App, "release");
        Refused(
            forged with { KeyFingerprint = Release.Public.Fingerprint, Id = AttestationId.Of(Release.Public.Fingerprint, forged.Payload.Span) },
            AttestationCheck.SignatureValid);
    }

    [Fact]
    public void G3_a_signature_by_the_key_of_another_witness_admits_nothing()
    {
        Refused(Qa.Attest(TestImages.App, "release"), AttestationCheck.KeyPinned);
        Refused(Qa.Attest(TestImages.App, "release") with { Witness = "qa" }, AttestationCheck.FieldsMatchPayload);
    }

    [Fact]
    public void G3_a_witness_nobody_configured_admits_nothing() =>
        Refused(Mallory.Attest(TestImages.App, "mallory"), AttestationCheck.WitnessConfigured);

    [Fact]
    public void G3_an_attestation_of_a_witness_that_the_policy_does_not_name_says_nothing_for_the_one_it_names()
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Qa.Attest(TestImages.App, "qa"));
        system.Standing(TestImages.App, "qa").Should().Be(Standing.Attested);
        system.Standing(TestImages.App, "release").Should().Be(Standing.NoAttestation);
    }

    [Fact]
    public void G3_one_key_pinned_for_two_witnesses_speaks_only_for_the_witness_its_payload_names()
    {
        var shared = TestKey.Resources(TestKey.Witness("release", Release.Pinned()), TestKey.Witness("qa", Release.Pinned()));
        var system = new IndexUnderTest(shared);
        system.Write(Release.Attest(TestImages.App, "qa"));
        system.Standing(TestImages.App, "qa").Should().Be(Standing.Attested);
        system.Standing(TestImages.App, "release").Should().Be(Standing.NoAttestation);
        system.Write(Release.Attest(TestImages.App, "qa") with { Witness = "release" });
        system.Standing(TestImages.App, "release").Should().Be(Standing.NoAttestation);
    }

    [Theory]
    [InlineData(KeyState.Active, Standing.Attested)]
    [InlineData(KeyState.Retired, Standing.Attested)]
    [InlineData(KeyState.Revoked, Standing.KeyRevoked)]
    public void G3_a_retired_key_still_verifies_and_a_revoked_key_admits_nothing(KeyState state, Standing standing)
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Honest);
        system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned(state))));
        system.Standing(TestImages.App, "release").Should().Be(standing);
    }

    [Fact]
    public void G3_a_key_that_is_pinned_no_more_admits_nothing()
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Honest);
        system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Mallory.Pinned())));
        system.Standing(TestImages.App, "release").Should().Be(Standing.KeyNotPinned);
    }

    [Fact]
    public void G3_what_was_attested_again_with_a_good_key_counts_beside_the_revoked_one()
    {
        var next = TestKey.Named("release-2");
        var system = new IndexUnderTest(TestKey.Resources(TestKey.Witness("release", Release.Pinned(KeyState.Revoked), next.Pinned())));
        system.Write(Honest);
        system.Standing(TestImages.App, "release").Should().Be(Standing.KeyRevoked);
        system.Write(next.Attest(TestImages.App, "release"));
        system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
    }

    public static TheoryData<string> Contradictions => ["image", "witness", "id", "id of another key", "fingerprint", "upper-case id"];

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void G3_unsigned_fields_that_contradict_the_payload_admit_nothing(string field) => Refused(
        field switch
        {
            "image" => Honest with { Image = TestImages.OtherDigest },
            "witness" => Honest with { Witness = "qa" },
            "id" => Honest with { Id = new string('0', 64) },
            "id of another key" => Honest with { Id = AttestationId.Of(Qa.Public.Fingerprint, Honest.Payload.Span) },
            "fingerprint" => Honest with { KeyFingerprint = Qa.Public.Fingerprint },
            _ => Honest with { Id = Honest.Id.ToUpperInvariant() },
        },
        AttestationCheck.FieldsMatchPayload);

    [Fact]
    public void G3_duplicate_members_in_a_payload_that_the_witness_did_sign_admit_neither_image()
    {
        var text = Encoding.UTF8.GetString(Honest.Payload.Span);
        var twice = Encoding.UTF8.GetBytes(text.Replace(
            "\"docker-manifest-digest\":", $"\"docker-manifest-digest\":\"{TestImages.OtherDigest.Digest}\",\"docker-manifest-digest\":",
            StringComparison.Ordinal));
        Refused(Release.Attest(TestImages.App, "release", twice), AttestationCheck.PayloadReadable);
        Refused(Release.Attest(TestImages.OtherDigest, "release", twice), AttestationCheck.PayloadReadable, TestImages.OtherDigest);
    }

    [Theory]
    [InlineData(" ", "")]
    [InlineData("", "\n")]
    [InlineData("\ufeff", "")]
    public void G3_white_space_around_signed_bytes_admits_nothing(string before, string after)
    {
        var payload = Encoding.UTF8.GetBytes(before + Encoding.UTF8.GetString(Honest.Payload.Span) + after);
        Refused(Release.Attest(TestImages.App, "release", payload), AttestationCheck.PayloadReadable);
    }

    [Fact]
    public void G3_Lesson_CVE_2026_39395_signed_bytes_that_do_not_parse_admit_nothing()
    {
        foreach (var payload in new[] { "", "null", "{}", "[]", "not json", "{\"critical\":", """{"optional":{"witness":"release"}}""" })
        {
            Refused(Release.Attest(TestImages.App, "release", Encoding.UTF8.GetBytes(payload)), AttestationCheck.PayloadReadable);
        }
    }

    [Fact]
    public void G3_a_bus_message_without_a_signature_or_with_a_wrong_one_admits_nothing()
    {
        var random = new byte[64 * 1024];
        new Random(1).NextBytes(random);
        foreach (var signature in new[] { [], Honest.Signature[..1].ToArray(), Honest.Signature[..^1].ToArray(), new byte[256], random })
        {
            Refused(Honest with { Signature = signature }, AttestationCheck.SignatureValid);
        }
    }

    [Fact]
    public void G3_a_message_whose_signature_or_payload_is_missing_null_or_no_base64_is_dropped()
    {
        var text = JsonSerializer.Serialize(Honest, WireJson.Default.AttestationCreated);
        var signature = $",\"signature\":\"{Convert.ToBase64String(Honest.Signature.Span)}\"";
        text.Should().Contain(signature);
        foreach (var instead in new[] { "", ",\"signature\":null", ",\"signature\":\"\"", ",\"signature\":\"%%\"", ",\"signature\":5", signature + signature })
        {
            var system = new IndexUnderTest(Resources);
            system.Write(MessageNames.AttestationCreated, Encoding.UTF8.GetBytes(text.Replace(signature, instead, StringComparison.Ordinal)));
            system.Index.Count.Should().Be(0);
        }
    }

    [Fact]
    public void G3_an_algorithm_swapped_on_the_same_key_admits_nothing()
    {
        var pkcs1 = TestKey.Named("rsa", SignatureAlgorithm.RsaPkcs1Sha256);
        var pss = pkcs1.As(SignatureAlgorithm.RsaPssSha256);
        pss.Public.Fingerprint.Should().Be(pkcs1.Public.Fingerprint);
        foreach (var (pinned, used) in new[] { (pkcs1, pss), (pss, pkcs1) })
        {
            var resources = TestKey.Resources(TestKey.Witness("release", pinned.Pinned()));
            var honest = pinned.Attest(TestImages.App, "release");
            var swapped = used.Attest(TestImages.App, "release");
            AttestationVerifier.Verify(honest, resources).IsValid.Should().BeTrue();
            Refused(swapped, AttestationCheck.AlgorithmMatches, resources: resources);
            Refused(swapped with { Algorithm = pinned.Algorithm.Name() }, AttestationCheck.SignatureValid, resources: resources);
            Refused(honest with { Algorithm = used.Algorithm.Name() }, AttestationCheck.AlgorithmMatches, resources: resources);
        }
    }

    [Theory]
    [InlineData("RSA_PKCS1_SHA_256")]
    [InlineData("ecdsa_sha_256")]
    [InlineData("")]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("ECDSA_SHA_256\n")]
    public void G3_an_EC_signature_labelled_otherwise_admits_nothing(string algorithm) =>
        Refused(Honest with { Algorithm = algorithm }, AttestationCheck.AlgorithmMatches);

    [Fact]
    public void G3_an_RSA_signature_for_an_EC_pinned_witness_admits_nothing() =>
        Refused(TestKey.Named("rsa", SignatureAlgorithm.RsaPkcs1Sha256).Attest(TestImages.App, "release"), AttestationCheck.KeyPinned);

    [Fact]
    public void G3_a_revocation_replayed_as_an_attestation_admits_nothing()
    {
        var revoked = Release.Revoke(TestImages.App, "release");
        Refused(
            Honest with { Id = revoked.Id, Payload = revoked.Payload, Signature = revoked.Signature }, AttestationCheck.PayloadReadable);
    }

    [Fact]
    public void G3_an_attestation_replayed_as_a_revocation_takes_nothing_back()
    {
        var forged = Release.Revoke(TestImages.App, "release") with { Id = Honest.Id, Payload = Honest.Payload, Signature = Honest.Signature };
        AttestationVerifier.Verify(forged, Resources).FailedCheck.Should().Be(AttestationCheck.PayloadReadable);
        var system = new IndexUnderTest(Resources);
        system.Write(Honest);
        system.Write(forged);
        system.Write(MessageNames.AttestationRevoked, JsonSerializer.SerializeToUtf8Bytes(Honest, WireJson.Default.AttestationCreated));
        system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
    }

    [Fact]
    public void G3_a_message_under_the_name_of_another_kind_is_dropped()
    {
        var system = new IndexUnderTest(Resources);
        var body = JsonSerializer.SerializeToUtf8Bytes(Honest, WireJson.Default.AttestationCreated);
        foreach (var type in new[] { "", "kritis.image-pushed", MessageNames.AttestationRevoked, "KRITIS.ATTESTATION-CREATED", MessageNames.AttestationCreated + " " })
        {
            system.Write(type, body);
        }

        system.Index.Count.Should().Be(0);
    }

    [Fact]
    public void A_revocation_ends_what_its_witness_said_whichever_came_first()
    {
        foreach (var revocationFirst in new[] { true, false })
        {
            var system = new IndexUnderTest(Resources);
            if (revocationFirst)
            {
                system.Write(Release.Revoke(TestImages.App, "release", "CVE"));
            }

            system.Write(Honest);
            system.Write(Qa.Attest(TestImages.App, "qa"));
            if (!revocationFirst)
            {
                system.Write(Release.Revoke(TestImages.App, "release", "CVE"));
            }

            system.Standing(TestImages.App, "release").Should().Be(Standing.Revoked);
            system.Standing(TestImages.App, "qa").Should().Be(Standing.Attested, "a witness takes back its own word only");
            system.Index.Find(TestImages.App).StandingOf(ReleaseWitness).Revocation!.Reason.Should().Be("CVE");
        }
    }

    [Fact]
    public void A_revocation_by_another_witness_or_an_unpinned_key_does_not_deny_service()
    {
        var system = new IndexUnderTest(Resources);
        system.Write(Honest);
        system.Write(Qa.Revoke(TestImages.App, "qa"));
        system.Write(Qa.Revoke(TestImages.App, "release"));
        system.Write(Mallory.Revoke(TestImages.App, "release"));
        system.Write(Release.Revoke(TestImages.App, "release") with { Reason = "another" });
        system.Write(Release.Revoke(TestImages.App, "release") with { Signature = Honest.Signature });
        system.Write(Release.Revoke(TestImages.OtherDigest, "release") with { Image = TestImages.App });
        system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
    }

    [Fact]
    public void A_revocation_by_a_revoked_key_does_not_deny_service()
    {
        var stolen = TestKey.Named("stolen");
        var system = new IndexUnderTest(TestKey.Resources(TestKey.Witness("release", Release.Pinned(), stolen.Pinned(KeyState.Retired))));
        system.Write(Honest);
        system.Write(stolen.Revoke(TestImages.App, "release"));
        system.Standing(TestImages.App, "release").Should().Be(Standing.Revoked);
        system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned(), stolen.Pinned(KeyState.Revoked))));
        system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void G5_signing_twice_gives_the_same_payload_and_id_and_counts_once(SignatureAlgorithm algorithm)
    {
        var key = TestKey.Named("release", algorithm);
        var (first, second) = (key.Attest(TestImages.App, "release"), key.Attest(TestImages.App, "release"));
        second.Payload.ToArray().Should().Equal(first.Payload.ToArray());
        second.Id.Should().Be(first.Id).And.MatchRegex("^[0-9a-f]{64}$");
        second.Signature.Span.SequenceEqual(first.Signature.Span).Should().Be(algorithm == SignatureAlgorithm.RsaPkcs1Sha256);
        var system = new IndexUnderTest(TestKey.Resources(TestKey.Witness("release", key.Pinned())));
        system.Write(first);
        system.Write(second);
        system.Index.Count.Should().Be(1);
    }

    [Fact]
    public void G5_another_image_witness_or_key_gives_another_id()
    {
        string[] ids =
        [
            Honest.Id,
            Release.Attest(TestImages.OtherDigest, "release").Id,
            Release.Attest(TestImages.OtherRepository, "release").Id,
            Release.Attest(TestImages.App, "qa").Id,
            Qa.Attest(TestImages.App, "release").Id,
            Release.Revoke(TestImages.App, "release").Id,
        ];
        ids.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void G3_seeded_damage_to_a_bus_body_never_throws_and_never_admits_another_image()
    {
        var random = new Random(20261123);
        var system = new IndexUnderTest(Resources);
        var created = JsonSerializer.SerializeToUtf8Bytes(Honest, WireJson.Default.AttestationCreated);
        var revoked = JsonSerializer.SerializeToUtf8Bytes(Release.Revoke(TestImages.OtherRepository, "release"), WireJson.Default.AttestationRevoked);
        for (var round = 0; round < 50_000; round++)
        {
            var original = round % 5 == 0 ? revoked : created;
            var type = random.Next(20) == 0 ? "x" : original == created ? MessageNames.AttestationCreated : MessageNames.AttestationRevoked;
            system.Write(type, Mutation.Of(original, random));
        }

        // Damage to what is not signed (tag, rule) leaves the honest attestation standing, and nothing else may stand beside it.
        system.Index.Count.Should().BeLessThanOrEqualTo(1);
        system.Index.RevocationCount.Should().BeLessThanOrEqualTo(1);
        system.Index.Find(TestImages.App).Attestations.Should().OnlyContain(held => held.IdFor(TestImages.App) == Honest.Id && held.Witness == "release");
        system.Index.Find(TestImages.OtherRepository).Attestations.Should().BeEmpty();
        system.Dropped.Should().BeGreaterThan(40_000);
    }

    [Fact]
    public void A_dropped_message_is_explained_without_a_second_line()
    {
        foreach (var hostile in new[]
        {
            Honest with { Witness = "x\nERROR all is well" },
            Honest with { Algorithm = "x\r\nERROR all is well" },
            Honest with { Id = "x\u2028y" },
            Honest with { Signature = default },
            Mallory.Attest(TestImages.App, "release"),
        })
        {
            var verdict = AttestationVerifier.Verify(hostile, Resources);
            verdict.Explanation.Should().NotBeNullOrEmpty().And.NotContainAny("\n", "\r", "\u2028");
            verdict.ToString().Should().Contain(verdict.FailedCheck.ToString(), "a verdict can be shown, also one without a key");
        }
    }

    private static void Refused(AttestationCreated forged, AttestationCheck check, Image? image = null, ResourceSet? resources = null)
    {
        var verdict = AttestationVerifier.Verify(forged, resources ?? Resources);
        verdict.IsValid.Should().BeFalse();
        verdict.FailedCheck.Should().Be(check, verdict.Explanation);
        (verdict.Image, verdict.Witness).Should().Be((null, null));
        var system = new IndexUnderTest(resources ?? Resources);
        system.Write(forged);
        system.Index.Count.Should().Be(0);
        system.Standing(image ?? TestImages.App, "release").Should().Be(Standing.NoAttestation);
        system.Dropped.Should().Be(1);
    }
}
