using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.Signer.Rules;
using Kritis.Events.Signer.Signing;
using Kritis.Events.Signer.Tests.Registry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Signer.Tests.Signing;

/// <summary>What a signer makes of the tag of a push, and what it pays for it.</summary>
public sealed class PushedTagTests : IAsyncLifetime
{
    private const string Repository = "frozen/app";
    private static readonly byte[] App = Manifest(1);
    private readonly ConcurrentDictionary<string, byte[]> _held = new();
    private readonly CountingKeys _keys = new();
    private readonly WitnessKey _key;
    private ScriptedRegistry _registry = null!;
    private Action _afterTag = () => { };
    private int _tagComesAfter;
    private int _troubleWithTags;
    private int _troubleWithDigests;

    public PushedTagTests() => _key = _keys.Create("release");

    public async ValueTask InitializeAsync()
    {
        _registry = await ScriptedRegistry.StartAsync(AnswerAsync);
        Hold(App);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _keys.Dispose();
    }

    [Fact]
    public async Task A_tag_that_the_registry_lets_nobody_move_is_signed_beside_the_digest()
    {
        using var signer = Signer();
        _held["1.0"] = App;

        var report = await signer.SignAsync(Push("1.0"));

        (report.Created, report.Claimed, report.TagProblem).Should().Be((1, 1, null));
        signer.Log.Appended.Should().HaveCount(2);
        var (attested, claimed) = (signer.Log.Appended.First(), signer.Log.Appended.Last());
        attested.TagClaim.Should().BeNull("the attestation waits for no claim");
        Json(claimed with { TagClaim = null }).Should().Be(Json(attested), "it is the same attestation once more");
        TagPayload.TryRead(claimed.TagClaim!.Payload.Span, out var said, out var tag, out _).Should().BeTrue();
        (said, tag).Should().Be((new PayloadClaim(Image(App), "release"), "1.0"));
        _key.PublicKey.Verify(claimed.TagClaim.Payload.Span, claimed.TagClaim.Signature.Span).Should().BeTrue();
        Claims(signer, "1.0").Should().Equal(new TagClaim(Digest.Of(App), "release", _key.PublicKey.Fingerprint));
        _keys.Signatures.Should().Be(2, "one for the digest, one for the tag");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task G1_a_tag_that_the_registry_gives_to_another_image_or_to_none_is_not_claimed_but_the_digest_is_attested(bool elsewhere)
    {
        using var signer = Signer();
        if (elsewhere)
        {
            _held["1.0"] = Manifest(2);
        }

        var report = await signer.SignAsync(Push("1.0"));

        (report.Created, report.Claimed).Should().Be((1, 0));
        report.TagProblem.Should().Contain(elsewhere ? Digest.Of(Manifest(2)).ToString() : "no such tag");
        Claims(signer, "1.0").Should().BeEmpty();
        _keys.Signatures.Should().Be(1);
        signer.Lines.Lines.Should().Contain(line => line.Level == LogLevel.Warning && line.Text.Contains("1.0") && line.Text.Contains(report.TagProblem!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task G1_a_signature_that_only_the_pushed_tag_asks_for_is_not_made_where_the_registry_gives_the_tag_to_another_image_or_to_none(bool elsewhere)
    {
        using var signer = Signer();
        if (elsewhere)
        {
            _held["1.0"] = Manifest(2);
        }

        var report = await signer.SignAsync(Push("1.0") with { Signatures = [OfSomeTags(Release)] });

        report.UnconfirmedTag.Should().Contain(elsewhere ? Digest.Of(Manifest(2)).ToString() : "no such tag");
        (report.Created, signer.Log.Appended.Count, _keys.Signatures).Should().Be((0, 0, 0));
    }

    [Fact]
    public async Task A_signature_that_only_the_pushed_tag_asks_for_is_made_where_the_registry_gives_that_tag_to_the_image()
    {
        using var signer = Signer();
        _held["1.0"] = App;

        var report = await signer.SignAsync(Push("1.0") with { Signatures = [OfSomeTags(Release)] });

        (report.Created, report.UnconfirmedTag).Should().Be((1, null));
    }

    [Fact]
    public async Task Lesson_bom_94_a_tag_that_the_registry_names_a_moment_later_is_asked_for_again()
    {
        using var signer = Signer();
        _tagComesAfter = 2;
        _held["1.0"] = App;

        var report = await signer.SignAsync(Push("1.0") with { Signatures = [OfSomeTags(Release)] });

        (report.Created, report.UnconfirmedTag).Should().Be((1, null));
    }

    [Fact]
    public async Task What_does_not_depend_on_the_tag_is_signed_whatever_the_tag_stands_for()
    {
        var qa = new Witness { Name = "qa", Keys = [_keys.Create("qa")] };
        using var signer = new SignerUnderTest(new ResourceSet { Witnesses = new Dictionary<string, Witness> { ["release"] = Release, ["qa"] = qa } }, _keys);
        _held["1.0"] = Manifest(2);

        var report = await signer.SignAsync(Push("1.0") with { Signatures = [Signature(qa), OfSomeTags(Release)] });

        signer.Log.Appended.Should().ContainSingle().Which.Witness.Should().Be("qa");
        (report.Created, _keys.Signatures).Should().Be((1, 1));
        report.UnconfirmedTag.Should().Contain(Digest.Of(Manifest(2)).ToString());
    }

    [Fact]
    public async Task A_tag_that_moves_on_after_it_was_confirmed_keeps_the_rest_from_nothing_and_is_asked_for_once()
    {
        using var signer = Signer();
        var index = Index(App, Manifest(2));
        Hold(Manifest(2));
        Hold(index);
        _held["1.0"] = index;
        _troubleWithDigests = 1;
        _afterTag = () => _held["1.0"] = Manifest(3);

        var report = await signer.SignAsync(Push("1.0") with { Registry = _registry.Configured(), Image = Image(index), Signatures = [OfSomeTags(Release)] });

        (report.Attempts, report.Images.Count, report.Created, report.UnconfirmedTag).Should().Be((2, 3, 3, null), "children follow their index");
        QuestionsAbout("1.0").Should().Be(1);
    }

    [Fact]
    public async Task Where_tags_can_be_moved_or_none_was_pushed_nothing_is_asked_and_nothing_paid_for()
    {
        using var signer = Signer();
        _held["1.0"] = App;

        (await signer.SignAsync(Push("1.0") with { Registry = _registry.Configured() })).Claimed.Should().Be(0);
        (await signer.SignAsync(Push("1.0") with { Registry = Frozen("frozen", "frozen/ap", "*/app2") })).Claimed.Should().Be(0);
        (await signer.SignAsync(Push(null))).Claimed.Should().Be(0);

        QuestionsAbout("1.0").Should().Be(0);
        (_keys.Signatures, signer.Log.Appended.Count).Should().Be((1, 1));
    }

    [Fact]
    public async Task G5_a_further_tag_of_a_known_digest_costs_one_signature_and_a_known_tag_none()
    {
        using var signer = Signer();
        (_held["1.0"], _held["latest"]) = (App, App);
        _ = await signer.SignAsync(Push("1.0"));

        var further = await signer.SignAsync(Push("latest"));
        var again = await signer.SignAsync(Push("latest"));

        (further.Created, further.Claimed, again.Created, again.Claimed).Should().Be((0, 1, 0, 0));
        _keys.Signatures.Should().Be(3);
        QuestionsAbout("latest").Should().Be(1, "what is claimed needs no question");
        signer.Log.Appended.Select(created => created.Id).Distinct().Should().ContainSingle();
        signer.Log.Appended.Select(created => Convert.ToHexString(created.Signature.Span)).Distinct().Should().ContainSingle("no attestation was signed again");
        var last = signer.Log.Appended.Last();
        (last.Tag, last.EventId).Should().Be(("latest", "event"));
        Claims(signer, "latest").Should().ContainSingle().Which.Digest.Should().Be(Digest.Of(App));
    }

    [Fact]
    public async Task A_tag_whose_repository_was_declared_immutable_later_is_claimed_at_its_next_push()
    {
        using var before = Signer();
        _held["1.0"] = App;
        _ = await before.SignAsync(Push("1.0") with { Registry = _registry.Configured() });
        using var restarted = Signer();
        restarted.Read(before.Log.Appended);

        var report = await restarted.SignAsync(Push("1.0"));

        (report.Created, report.AlreadyAttested, report.Claimed, _keys.Signatures).Should().Be((0, 1, 1, 2));
        using var again = Signer();
        again.Read(before.Log.Appended.Concat(restarted.Log.Appended));
        (await again.SignAsync(Push("1.0"))).Claimed.Should().Be(0, "a signer knows from the log what was claimed");
        _keys.Signatures.Should().Be(2);
    }

    [Fact]
    public async Task The_tag_of_an_index_is_claimed_for_the_index_and_not_for_the_images_below_it()
    {
        using var signer = Signer();
        var other = Manifest(2);
        var index = Index(App, other);
        Hold(other);
        Hold(index);
        _held["1.0"] = index;

        var report = await signer.SignAsync(Push("1.0") with { Image = Image(index) });

        (report.Images.Count, report.Created, report.Claimed).Should().Be((3, 3, 1));
        Claims(signer, "1.0").Should().ContainSingle().Which.Digest.Should().Be(Digest.Of(index));
        _keys.Signatures.Should().Be(4);
    }

    [Fact]
    public async Task A_registry_in_trouble_when_asked_for_the_tag_is_asked_again_while_the_digest_is_attested_already()
    {
        using var signer = Signer();
        _held["1.0"] = App;
        _troubleWithTags = 2;

        var report = await signer.SignAsync(Push("1.0"));

        (report.Attempts, report.Created, report.Claimed, _keys.Signatures).Should().Be((3, 1, 1, 2));
    }

    [Fact]
    public async Task G2_a_tag_that_cannot_be_asked_about_fails_the_push_and_leaves_the_digest_attested()
    {
        using var signer = Signer();
        _troubleWithTags = int.MaxValue;

        var signing = () => signer.SignAsync(Push("1.0"));

        (await signing.Should().ThrowAsync<SigningIncompleteException>()).Which.Failures.Should().ContainSingle().Which.Code.Should().Be("RegistryUnavailable");
        signer.Index.Find(Image(App)).Attestations.Should().ContainSingle();
        _keys.Signatures.Should().Be(1);
    }

    [Fact]
    public async Task G5_a_claim_whose_append_failed_is_not_paid_for_again()
    {
        using var signer = Signer();
        _held["1.0"] = App;
        signer.Log.FailNext(times: 2, after: 1);

        var report = await signer.SignAsync(Push("1.0"));

        (report.Attempts, report.Claimed, _keys.Signatures, signer.Log.Appended.Count).Should().Be((3, 1, 2, 2));
    }

    [Fact]
    public async Task A_key_management_that_cannot_sign_the_claim_now_is_asked_again_for_the_claim_alone()
    {
        using var signer = Signer();
        _held["1.0"] = App;
        _keys.FailNext(times: 2, after: 1);

        var report = await signer.SignAsync(Push("1.0"));

        (report.Attempts, report.Created, report.Claimed, _keys.Signatures).Should().Be((3, 1, 1, 2));
    }

    [Fact]
    public async Task G5_many_pushes_of_one_digest_at_once_pay_once_for_it_and_once_for_each_tag()
    {
        using var signer = Signer();
        var tags = Enumerable.Range(0, 4).Select(number => number.ToString(CultureInfo.InvariantCulture)).ToArray();
        Array.ForEach(tags, tag => _held[tag] = App);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => signer.SignAsync(Push(tags[number % tags.Length]))));

        _keys.Signatures.Should().Be(1 + tags.Length);
        signer.Log.Appended.Should().HaveCount(1 + tags.Length);
        Array.ForEach(tags, tag => Claims(signer, tag).Should().ContainSingle());
    }

    [Fact]
    public async Task G5_two_signers_that_claim_the_same_tag_at_once_are_harmless()
    {
        using var one = Signer();
        using var other = Signer();
        _held["1.0"] = App;

        await Task.WhenAll(one.SignAsync(Push("1.0")), other.SignAsync(Push("1.0")));
        one.Read(other.Log.Appended);

        Claims(one, "1.0").Should().ContainSingle();
        TagResolution.Of(Claims(one, "1.0"), [Release]).Digest.Should().Be(Digest.Of(App));
    }

    [Fact]
    public async Task A_tag_that_was_moved_after_all_is_claimed_for_both_digests_and_stands_for_neither()
    {
        using var signer = Signer();
        var moved = Manifest(2);
        Hold(moved);
        _held["1.0"] = App;
        _ = await signer.SignAsync(Push("1.0"));
        _held["1.0"] = moved;

        _ = await signer.SignAsync(Push("1.0") with { Image = Image(moved) });
        (await signer.SignAsync(Push("1.0"))).Claimed.Should().Be(0, "the push of the first digest, told again, is claimed already");

        TagResolution.Of(Claims(signer, "1.0"), [Release]).Problem.Should().Contain("2 digests");
    }

    [Fact]
    public async Task A_witness_that_has_taken_its_word_back_claims_no_tag()
    {
        using var signer = Signer();
        _held["1.0"] = App;
        _ = await signer.SignAsync(Push(null));
        _ = signer.Index.Revoke(Image(App), new IndexedRevocation("r", "release", "bad", _key.PublicKey.Fingerprint));

        var report = await signer.SignAsync(Push("1.0"));

        (report.Revoked, report.Claimed, _keys.Signatures).Should().Be((1, 0, 1));
    }

    [Fact]
    public async Task After_a_rotation_the_new_key_attests_and_claims_on_its_own()
    {
        var next = _keys.Create("release-2");
        using var before = Signer();
        _held["1.0"] = App;
        _ = await before.SignAsync(Push("1.0"));
        var rotated = Release with { Keys = [next, _key with { State = KeyState.Retired }] };
        using var signer = Signer(rotated);
        signer.Read(before.Log.Appended);

        var report = await signer.SignAsync(Push("1.0") with { Signatures = [Signature(rotated)] });

        (report.Created, report.Claimed, _keys.Signatures).Should().Be((1, 1, 4));
        Claims(signer, "1.0").Select(claim => claim.KeyFingerprint).Should().Equal(_key.PublicKey.Fingerprint, next.PublicKey.Fingerprint);
        TagResolution.Of(Claims(signer, "1.0"), [rotated]).Digest.Should().Be(Digest.Of(App));
    }

    [Fact]
    public async Task G7_the_tag_of_what_is_no_image_is_never_claimed()
    {
        using var signer = Signer();
        var artifact = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(App).Replace("\"schemaVersion\"", "\"artifactType\":\"x/y\",\"schemaVersion\"", StringComparison.Ordinal));
        Hold(artifact);
        _held["1.0"] = artifact;

        var report = await signer.SignAsync(Push("1.0") with { Image = Image(artifact) });

        (report.Images.Count, report.Claimed, _keys.Signatures).Should().Be((0, 0, 0));
    }

    private static string Json(AttestationCreated created) => JsonSerializer.Serialize(created, WireJson.Default.AttestationCreated);

    private Witness Release => new() { Name = "release", Keys = [_key] };

    private SignerUnderTest Signer(Witness? witness = null) =>
        new(new ResourceSet { Witnesses = new Dictionary<string, Witness> { ["release"] = witness ?? Release } }, _keys);

    private SigningRequest Push(string? tag) => new()
    {
        Registry = Frozen("frozen/*"),
        Image = Image(App),
        Signatures = [Signature(Release)],
        Tag = tag,
        EventId = "event",
    };

    private static RequestedSignature Signature(Witness witness) => new() { Witness = witness, Rules = ["rule"], Attach = false };

    private static RequestedSignature OfSomeTags(Witness witness) => Signature(witness) with { DependsOnTag = true };

    private ConfiguredRegistry Frozen(params string[] patterns) => _registry.Configured() with { ImmutableTags = patterns };

    private Image Image(byte[] manifest) => _registry.Image(manifest, Repository);

    private IReadOnlyList<TagClaim> Claims(SignerUnderTest signer, string tag) => signer.Index.FindTag(_registry.Authority, Repository, tag);

    private int QuestionsAbout(string tag) => _registry.Requests.Count(asked => asked.Path == $"/v2/{Repository}/manifests/{tag}");

    private void Hold(byte[] manifest) => _held[Digest.Of(manifest).ToString()] = manifest;

    private Task AnswerAsync(HttpContext context)
    {
        var reference = context.Request.Path.Value![$"/v2/{Repository}/manifests/".Length..];
        var isTag = !reference.StartsWith("sha256:", StringComparison.Ordinal);
        if (Interlocked.Decrement(ref (isTag ? ref _troubleWithTags : ref _troubleWithDigests)) >= 0)
        {
            return ScriptedRegistry.StatusAsync(context, HttpStatusCode.ServiceUnavailable);
        }

        if ((isTag && Interlocked.Decrement(ref _tagComesAfter) >= 0) || !_held.TryGetValue(reference, out var manifest))
        {
            return ScriptedRegistry.StatusAsync(context, HttpStatusCode.NotFound);
        }

        if (isTag)
        {
            _afterTag();
        }

        var isIndex = Encoding.UTF8.GetString(manifest).Contains("\"manifests\"", StringComparison.Ordinal);
        context.Response.ContentType = isIndex ? "application/vnd.oci.image.index.v1+json" : ScriptedRegistry.ManifestType;
        return context.Response.Body.WriteAsync(manifest).AsTask();
    }

    private static byte[] Manifest(int number) => Encoding.UTF8.GetBytes(
        $$$"""{"schemaVersion":2,"mediaType":"{{{ScriptedRegistry.ManifestType}}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"{{{Digest.Of([(byte)number])}}}"},"layers":[]}""");

    private static byte[] Index(params byte[][] manifests) => Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{string.Join(',', manifests.Select(manifest => $$"""{"mediaType":"{{ScriptedRegistry.ManifestType}}","size":{{manifest.Length}},"digest":"{{Digest.Of(manifest)}}"}"""))}}]}""");
}
