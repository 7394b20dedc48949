using System.Security.Cryptography;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Rules;
using Kritis.Events.Signer.Signing;
using Kritis.Events.Signer.Tests.Registry;
using Kritis.Events.Signer.Tests.Signing;

namespace Kritis.Events.Signer.Tests.Restoring;

/// <summary>A log that lost everything, a registry that holds what was attached, and those who can write to that registry.</summary>
public sealed class LogRestorationTests : IAsyncLifetime
{
    private const string Repository = "team/app";
    private static readonly byte[] App = HeldContents.Manifest("app");
    private readonly HeldContents _held = new();
    private readonly CountingKeys _keys = new();
    private readonly WitnessKey _active;
    private readonly WitnessKey _retired;
    private readonly WitnessKey _revoked;
    private readonly WitnessKey _foreign;
    private ScriptedRegistry _registry = null!;

    public LogRestorationTests()
    {
        _active = _keys.Create("active");
        _retired = _keys.Create("retired", KeyState.Retired);
        _revoked = _keys.Create("revoked", KeyState.Revoked);
        _foreign = _keys.Create("foreign");
    }

    private Witness Release => new() { Name = "release", Keys = [_active, _retired, _revoked] };

    public async ValueTask InitializeAsync()
    {
        _registry = await ScriptedRegistry.StartAsync(_held.AnswerAsync);
        _held.Hold(Repository, App, "1.0");
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _keys.Dispose();
    }

    [Fact]
    public async Task What_a_signer_attached_comes_back_to_a_log_that_lost_it_byte_for_byte_and_nothing_is_signed()
    {
        using var before = Signer();
        _ = await before.SignAsync(Push with { Signatures = [Signature(attach: true)] });
        using var after = Signer();

        var report = await after.SignAsync(Push);

        (report.Restored, report.Created, report.AlreadyAttested, _keys.Signatures).Should().Be((1, 0, 1, 1));
        var (lost, back) = (before.Log.Appended.Should().ContainSingle().Subject, after.Log.Appended.Should().ContainSingle().Subject);
        back.Signature.ToArray().Should().Equal(lost.Signature.ToArray());
        (back.Id, back.Image, back.Witness, back.KeyId, back.CreatedAt).Should().Be((lost.Id, lost.Image, lost.Witness, lost.KeyId, lost.CreatedAt));
        (await after.SignAsync(Push)).Restored.Should().Be(0, "it is in the log by now");
    }

    [Fact]
    public async Task What_a_retired_key_signed_and_what_cosign_attached_without_a_hint_comes_back_too()
    {
        Attach(await LayerAsync(_retired), (await LayerAsync(_active)) with { KeyFingerprint = null });
        var paid = _keys.Signatures;
        using var signer = Signer();

        var report = await signer.SignAsync(Push);

        (report.Restored, report.Created, _keys.Signatures - paid).Should().Be((2, 0, 0));
    }

    [Fact]
    public async Task A_wrong_hint_at_the_key_takes_nothing_from_what_the_witness_signed()
    {
        Attach((await LayerAsync(_active)) with { KeyFingerprint = _foreign.PublicKey.Fingerprint.ToString() });
        Revoke((await RevocationAsync(_active)) with { KeyFingerprint = "none" });
        using var signer = Signer();

        (await signer.SignAsync(Push)).Restored.Should().Be(2);
    }

    public static TheoryData<string> Attacks => ["another key", "another key's name", "a revoked key", "another image", "another repository", "another witness", "no signature", "no Base64", "another type", "a signature cut short"];

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task G3_who_can_write_to_the_registry_brings_nothing_into_the_log(string attack)
    {
        var valid = await LayerAsync(_active);
        Attach(attack switch
        {
            "another key" => await LayerAsync(_foreign),
            "another key's name" => (await LayerAsync(_foreign)) with { KeyFingerprint = _active.PublicKey.Fingerprint.ToString() },
            "a revoked key" => await LayerAsync(_revoked),
            "another image" => await LayerAsync(_active, Image with { Digest = Digest.Of("other"u8) }),
            "another repository" => await LayerAsync(_active, Image with { Repository = "team/other" }),
            "another witness" => await LayerAsync(_active, Image, "qa"),
            "no signature" => valid with { Signature = null },
            "no Base64" => valid with { Signature = "~~~~" },
            "another type" => valid with { MediaType = "application/octet-stream" },
            _ => valid with { Signature = valid.Signature![..^8] },
        });
        var paid = _keys.Signatures;
        using var signer = Signer();

        var report = await signer.SignAsync(Push);

        (report.Restored, report.Created, _keys.Signatures - paid).Should().Be((0, 1, 1), "it is signed as if nothing were attached");
        signer.Log.Appended.Should().ContainSingle();
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"layers":[1]}""")]
    [InlineData("""{"layers":[],"layers":[]}""")]
    [InlineData("""{"layers":[{"annotations":{"x":"\ud800"}}]}""")]
    public async Task A_signature_manifest_that_cannot_be_read_is_as_good_as_none(string manifest)
    {
        _held.Hold(Repository, global::System.Text.Encoding.UTF8.GetBytes(manifest), AttachmentTag.Signatures.Of(Image));
        using var signer = Signer();

        (await signer.SignAsync(Push)).Created.Should().Be(1);
    }

    [Fact]
    public async Task G3_what_was_revoked_is_not_signed_again_though_the_log_lost_the_revocation()
    {
        Attach(await LayerAsync(_active));
        Revoke(await RevocationAsync(_active));
        var paid = _keys.Signatures;
        using var signer = Signer();

        var report = await signer.SignAsync(Push);

        (report.Revoked, report.Created, _keys.Signatures - paid).Should().Be((1, 0, 0));
        var revoked = signer.Log.Revoked.Should().ContainSingle().Subject;
        (revoked.Reason, revoked.Image, revoked.Witness).Should().Be(("leaked", Image, "release"));
        signer.Index.Find(Image).StandingOf(Release).Standing.Should().Be(Standing.Revoked);
    }

    public static TheoryData<string> ForgedRevocations => ["another key", "another image", "another witness", "no signature", "another payload"];

    [Theory]
    [MemberData(nameof(ForgedRevocations))]
    public async Task G3_nobody_without_the_witness_key_revokes_by_writing_to_the_registry(string forgery)
    {
        var valid = await RevocationAsync(_active);
        Revoke(forgery switch
        {
            "another key" => await RevocationAsync(_foreign),
            "another image" => await RevocationAsync(_active, Image with { Digest = Digest.Of("other"u8) }),
            "another witness" => await RevocationAsync(_active, Image, "qa"),
            "no signature" => valid with { Signature = null },
            _ => valid with { Payload = RevocationPayload.Create(Image, "release", "another reason") },
        });
        using var signer = Signer();

        var report = await signer.SignAsync(Push);

        (report.Created, report.Revoked).Should().Be((1, 0));
        signer.Log.Revoked.Should().BeEmpty();
    }

    [Theory]
    [InlineData("manifest")]
    [InlineData("blob")]
    public async Task G3_where_revocations_cannot_be_read_nothing_is_signed(string unreadable)
    {
        if (unreadable == "manifest")
        {
            _held.Hold(Repository, "{"u8.ToArray(), AttachmentTag.Revocations.Of(Image));
        }
        else
        {
            _held.Hold(Repository, WrittenLayer.Manifest(await RevocationAsync(_active)), AttachmentTag.Revocations.Of(Image));
        }

        var paid = _keys.Signatures;
        using var signer = Signer();

        var sign = () => signer.SignAsync(Push);

        await sign.Should().ThrowAsync<SigningIncompleteException>();
        (_keys.Signatures - paid, signer.Log.Appended.Count).Should().Be((0, 0));
    }

    [Fact]
    public async Task An_index_comes_back_with_its_children()
    {
        byte[][] children = [HeldContents.Manifest("amd64"), HeldContents.Manifest("arm64")];
        var index = HeldContents.Index(children);
        foreach (var manifest in children.Append(index))
        {
            _held.Hold(Repository, manifest);
        }

        var push = Push with { Image = Image with { Digest = Digest.Of(index) } };
        using var before = Signer();
        _ = await before.SignAsync(push with { Signatures = [Signature(attach: true)] });
        using var after = Signer();

        var report = await after.SignAsync(push);

        (report.Restored, report.Created, _keys.Signatures).Should().Be((3, 0, 3));
    }

    [Fact]
    public async Task A_push_whose_log_is_known_to_be_whole_costs_no_question_about_what_is_attached()
    {
        using var signer = Signer();

        _ = await signer.SignAsync(Push with { LooksAtAttached = false });

        _registry.Requests.Should().ContainSingle().Which.Path.Should().EndWith(Digest.Of(App).ToString());
    }

    private SigningRequest Push => new()
    {
        Registry = _registry.Configured(),
        Image = Image,
        Signatures = [Signature()],
        Tag = "1.0",
        EventId = "event",
        LooksAtAttached = true,
    };

    private Image Image => _registry.Image(App, Repository);

    private SignerUnderTest Signer() => new(new ResourceSet
    {
        Registries = [_registry.Configured()],
        Witnesses = new Dictionary<string, Witness> { ["release"] = Release },
    }, _keys);

    private RequestedSignature Signature(bool attach = false) => new() { Witness = Release, Rules = ["rule"], Attach = attach };

    private void Attach(params WrittenLayer[] layers) => Write(AttachmentTag.Signatures, layers);

    private void Revoke(params WrittenLayer[] layers)
    {
        Write(AttachmentTag.Revocations, layers);
        foreach (var layer in layers)
        {
            _held.HoldBlob(layer.Payload);
        }
    }

    private void Write(AttachmentTag tag, WrittenLayer[] layers) => _held.Hold(Repository, WrittenLayer.Manifest(layers), tag.Of(Image));

    private Task<WrittenLayer> LayerAsync(WitnessKey key, Image? image = null, string witness = "release") =>
        SignAsync(key, MediaTypes.SimpleSigning, SimpleSigningPayload.Create(image ?? Image, witness));

    private Task<WrittenLayer> RevocationAsync(WitnessKey key, Image? image = null, string witness = "release") =>
        SignAsync(key, MediaTypes.Revocation, RevocationPayload.Create(image ?? Image, witness, "leaked"));

    private async Task<WrittenLayer> SignAsync(WitnessKey key, string mediaType, byte[] payload)
    {
        var signature = await _keys.SignAsync(key, SHA256.HashData(payload), TestContext.Current.CancellationToken);
        return new WrittenLayer(mediaType, payload, Convert.ToBase64String(signature.Span), key.PublicKey.Fingerprint.ToString());
    }
}
