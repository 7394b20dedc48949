using System.Security.Cryptography;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Restoring;
using Kritis.Events.Signer.Tests.Signing;

namespace Kritis.Events.Signer.Tests.Restoring;

/// <summary>A signer under which the log is replaced by one that holds less.</summary>
public sealed class LogRefillTests : IAsyncLifetime
{
    private readonly CountingKeys _keys = new();
    private readonly ReplacedLog _log = new();
    private readonly WitnessKey _key;
    private SignerUnderTest _signer = null!;

    public LogRefillTests() => _key = _keys.Create("release");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _signer = new SignerUnderTest(new ResourceSet
        {
            Witnesses = new Dictionary<string, Witness> { ["release"] = new() { Name = "release", Keys = [_key] } },
        }, _keys, _log);
        await _signer.Get<LogRefill>().StartAsync(Cancellation);
        await _signer.Get<IndexFollower>().StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _signer.Get<IndexFollower>().StopAsync(Cancellation);
        await _signer.Get<LogRefill>().StopAsync(Cancellation);
        _signer.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public async Task G2_what_the_new_log_lacks_is_appended_as_it_was_revocations_first_and_nothing_is_signed()
    {
        var (one, two, revoked) = (await CreatedAsync("one"), await CreatedAsync("two"), await RevokedAsync("one"));
        await KnownAsync(one, two, revoked);
        var paid = _keys.Signatures;

        _log.Replace();
        _log.Tell(two);
        _log.CatchUp();

        await FilledAsync(2);
        _log.Appended.Should().SatisfyRespectively(
            first => first.Should().BeOfType<AttestationRevoked>().Which.Signature.ToArray().Should().Equal(revoked.Signature.ToArray()),
            second => second.Should().BeOfType<AttestationCreated>().Which.Signature.ToArray().Should().Equal(one.Signature.ToArray()));
        var (again, back) = ((AttestationRevoked)_log.Appended.First(), (AttestationCreated)_log.Appended.Last());
        AttestationVerifier.Verify(again, _signer.Resources).IsValid.Should().BeTrue();
        AttestationVerifier.Verify(back, _signer.Resources).IsValid.Should().BeTrue();
        (again.RevokedAt, back.CreatedAt, back.Tag, back.EventId).Should().Be((revoked.RevokedAt, one.CreatedAt, one.Tag, one.EventId));
        _keys.Signatures.Should().Be(paid);
    }

    [Fact]
    public async Task A_log_that_is_away_meanwhile_gets_everything_later_and_once()
    {
        await KnownAsync(await CreatedAsync("one"), await CreatedAsync("two"), await CreatedAsync("three"));
        _log.FailNext(2);

        _log.Replace();
        _log.CatchUp();

        await FilledAsync(3);
        _log.Appended.Cast<AttestationCreated>().Select(created => created.Id).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_log_that_is_only_read_on_is_not_filled()
    {
        await KnownAsync(await CreatedAsync("one"));

        _log.CatchUp();
        _log.Replace();
        _log.Tell(await CreatedAsync("two"));
        _log.CatchUp();

        await FilledAsync(1);
        _log.Appended.Should().ContainSingle("two stands in the log").Which.Should().BeOfType<AttestationCreated>().Which.Image.Should().Be(ImageOf("one"));
    }

    private static Image ImageOf(string name) => new("registry.example.com", "team/app", Digest.Of(global::System.Text.Encoding.UTF8.GetBytes(name)));

    private async Task KnownAsync(params object[] statements)
    {
        foreach (var statement in statements)
        {
            if (statement is AttestationRevoked revoked)
            {
                _log.Tell(revoked);
            }
            else
            {
                _log.Tell((AttestationCreated)statement);
            }
        }

        _log.CatchUp();
        await _signer.Get<IndexFollower>().CaughtUp.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    private async Task FilledAsync(int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!_signer.Lines.Lines.Any(line => line.Text.Contains("had been lost", StringComparison.Ordinal)))
        {
            await Task.Delay(10, limit.Token);
        }

        _log.Appended.Should().HaveCount(count);
    }

    private async Task<AttestationCreated> CreatedAsync(string name)
    {
        var payload = SimpleSigningPayload.Create(ImageOf(name), "release");
        return new AttestationCreated
        {
            Id = AttestationId.Of(_key.PublicKey.Fingerprint, payload),
            Image = ImageOf(name),
            Witness = "release",
            KeyFingerprint = _key.PublicKey.Fingerprint,
            KeyId = _key.KeyId,
            Algorithm = _key.PublicKey.Algorithm.Name(),
            Payload = payload,
            Signature = await _keys.SignAsync(_key, SHA256.HashData(payload), Cancellation),
            Tag = "1.0",
            EventId = $"event of {name}",
            CreatedAt = new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero),
        };
    }

    private async Task<AttestationRevoked> RevokedAsync(string name)
    {
        var payload = RevocationPayload.Create(ImageOf(name), "release", "leaked");
        return new AttestationRevoked
        {
            Id = AttestationId.Of(_key.PublicKey.Fingerprint, payload),
            Image = ImageOf(name),
            Witness = "release",
            Reason = "leaked",
            KeyFingerprint = _key.PublicKey.Fingerprint,
            Algorithm = _key.PublicKey.Algorithm.Name(),
            Payload = payload,
            Signature = await _keys.SignAsync(_key, SHA256.HashData(payload), Cancellation),
            RevokedAt = new DateTimeOffset(2026, 11, 28, 13, 0, 0, TimeSpan.Zero),
        };
    }
}
