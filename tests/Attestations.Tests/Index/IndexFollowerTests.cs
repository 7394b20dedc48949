using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Tests.Keys;
using Kritis.Events.Attestations.Tests.Payloads;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.Attestations.Tests.Index;

public sealed class IndexFollowerTests : IAsyncLifetime
{
    private static readonly TestKey Release = TestKey.Named("release");
    private static readonly TestKey Next = TestKey.Named("release-2");
    private readonly ScriptedLog _log = new();
    private readonly IndexUnderTest _system = new(TestKey.Resources(TestKey.Witness("release", Release.Pinned())));
    private readonly IndexFollower _follower;

    public IndexFollowerTests() =>
        _follower = new IndexFollower(_log, _system.Writer, _system.Resources, TimeProvider.System, NullLogger<IndexFollower>.Instance);

    public async ValueTask InitializeAsync() => await _follower.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _follower.StopAsync(default);
        _follower.Dispose();
    }

    [Fact]
    public async Task G6_ready_only_when_caught_up_and_from_then_on()
    {
        (await HealthAsync()).Status.Should().Be(HealthStatus.Unhealthy);
        var reading = await _log.NextAsync();
        reading.After.Should().BeNull("a follower begins at the first record");
        reading.Play(ScriptedLog.Record(1, Release.Attest(TestImages.App, "release")));
        await UntilAsync(() => _follower.Read == 1);
        var health = await HealthAsync();
        (health.Status, health.Description).Should().Be((HealthStatus.Unhealthy, "reading the attestation log, 1 records so far"));
        _follower.CaughtUp.IsCompleted.Should().BeFalse();

        reading.Play(new LogEvent.CaughtUp());
        await _follower.CaughtUp.WaitAsync(TimeSpan.FromSeconds(30));
        (await HealthAsync()).Status.Should().Be(HealthStatus.Healthy);
        _system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);

        reading.Fail(new AttestationLogException("the broker went away"));
        _ = await _log.NextAsync();
        (await HealthAsync()).Status.Should().Be(HealthStatus.Healthy, "while the broker is away it goes on answering from its index");
    }

    [Fact]
    public async Task It_is_not_current_while_new_keys_make_it_read_the_log_again()
    {
        var reading = await _log.NextAsync();
        _follower.IsCurrent.Should().BeFalse();
        reading.Play(new LogEvent.CaughtUp());
        await UntilAsync(() => _follower.IsCurrent);

        _system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned(), Next.Pinned())));
        _follower.IsCurrent.Should().BeFalse("what the new key signed is in the log and not in the index");
        _follower.CaughtUp.IsCompletedSuccessfully.Should().BeTrue("it answers all along");
        var again = await _log.NextAsync();
        again.Play(ScriptedLog.Record(1, Next.Attest(TestImages.App, "release")));
        again.Play(new LogEvent.CaughtUp());

        await UntilAsync(() => _follower.IsCurrent);
        _system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
    }

    [Fact]
    public void A_revocation_is_told_once_and_only_when_it_is_in_the_index_and_signed()
    {
        var told = new List<string>();
        _system.Writer.Revoked += (image, revocation) =>
        {
            _system.Standing(image, "release").Should().Be(Standing.Revoked);
            told.Add(revocation.Reason);
        };
        var revoked = Release.Revoke(TestImages.App, "release", "a hole");

        _system.Write(revoked with { Signature = new byte[70] });
        _system.Write(revoked);
        _system.Write(revoked);

        told.Should().Equal("a hole");
    }

    [Fact]
    public async Task G6_a_log_that_is_away_is_why_it_is_not_ready()
    {
        (await _log.NextAsync()).Fail(new AttestationLogException("the broker at x cannot be reached"));
        await UntilAsync(() => _follower.Problem is not null);
        var health = await HealthAsync();
        (health.Status, health.Description).Should().Be((HealthStatus.Unhealthy, "cannot read the attestation log: the broker at x cannot be reached"));

        var again = await _log.NextAsync();
        again.Play(new LogEvent.CaughtUp());
        await _follower.CaughtUp.WaitAsync(TimeSpan.FromSeconds(30));
        _follower.Problem.Should().BeNull();
    }

    [Fact]
    public async Task G6_a_log_that_was_away_is_read_on_from_the_last_record_and_the_index_answers_all_along()
    {
        var first = await _log.NextAsync();
        var record = ScriptedLog.Record(7, Release.Attest(TestImages.App, "release"));
        first.Play(record);
        first.Fail(new AttestationLogException("away"));

        var second = await _log.NextAsync();
        second.After.Should().Be(record.Position);
        _system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
        second.Fail(new AttestationLogException("still away"));
        (await _log.NextAsync()).After.Should().Be(record.Position);
    }

    [Fact]
    public async Task A_failure_nobody_thought_of_does_not_end_the_service()
    {
        (await _log.NextAsync()).Fail(new InvalidOperationException("odd"));
        (await _log.NextAsync()).Fail(new OperationCanceledException("a time-out of the client's own"));
        var third = await _log.NextAsync();
        _follower.Problem.Should().Be("a time-out of the client's own");
        third.Play(new LogEvent.CaughtUp());
        await _follower.CaughtUp.WaitAsync(TimeSpan.FromSeconds(30));
        _follower.ExecuteTask!.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_log_that_was_made_anew_is_read_from_its_first_record_also_when_it_is_lost_again_at_once()
    {
        var first = await _log.NextAsync();
        first.Play(ScriptedLog.Record(7, Release.Attest(TestImages.App, "release")));
        first.Fail(new AttestationLogException("away"));
        var second = await _log.NextAsync();
        second.Play(new LogEvent.ReadFromFirst("made anew"));
        second.Fail(new AttestationLogException("away"));
        (await _log.NextAsync()).After.Should().BeNull();
        _system.Standing(TestImages.App, "release").Should().Be(Standing.Attested, "what was verified stays true");
    }

    [Fact]
    public async Task A_key_pinned_later_makes_earlier_attestations_count()
    {
        var record = ScriptedLog.Record(1, Next.Attest(TestImages.App, "release"));
        var first = await _log.NextAsync();
        first.Play(record);
        first.Play(new LogEvent.CaughtUp());
        await _follower.CaughtUp.WaitAsync(TimeSpan.FromSeconds(30));
        (_system.Dropped, _system.Index.Count).Should().Be((1, 0));

        _system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned(KeyState.Retired), Next.Pinned())));

        var second = await _log.NextAsync();
        second.After.Should().BeNull("attestations by the new key were passed over before");
        second.Play(record);
        await UntilAsync(() => _system.Index.Count == 1);
        _system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
        _follower.CaughtUp.IsCompletedSuccessfully.Should().BeTrue("a new key does not make a verifier unready");
    }

    [Fact]
    public async Task A_reload_without_a_new_key_reads_nothing_again()
    {
        var first = await _log.NextAsync();
        _system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned(KeyState.Retired))));
        _system.Resources.Use(TestKey.Resources());
        first.Play(new LogEvent.CaughtUp());
        await _follower.CaughtUp.WaitAsync(TimeSpan.FromSeconds(30));

        _system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned())));
        (await _log.NextAsync()).After.Should().BeNull("a key that had gone and came back missed what was read meanwhile");
    }

    [Fact]
    public async Task The_same_key_pinned_for_another_witness_or_with_another_algorithm_is_a_new_one()
    {
        _ = await _log.NextAsync();
        _system.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned()), TestKey.Witness("qa", Release.Pinned())));
        (await _log.NextAsync()).After.Should().BeNull();
        var rsa = TestKey.Named("rsa", SignatureAlgorithm.RsaPkcs1Sha256);
        _system.Resources.Use(TestKey.Resources(TestKey.Witness("release", rsa.Pinned())));
        (await _log.NextAsync()).After.Should().BeNull();
        _system.Resources.Use(TestKey.Resources(TestKey.Witness("release", rsa.As(SignatureAlgorithm.RsaPssSha256).Pinned())));
        (await _log.NextAsync()).After.Should().BeNull();
    }

    [Fact]
    public async Task A_storm_of_reloads_ends_in_a_reading_from_the_first_record_that_nothing_interrupts()
    {
        _ = await _log.NextAsync();
        var keys = Enumerable.Range(0, 30).Select(number => TestKey.Named($"storm-{number}")).ToArray();
        await Parallel.ForEachAsync(keys, (key, _) =>
        {
            _system.Resources.Use(TestKey.Resources(TestKey.Witness("release", key.Pinned())));
            return ValueTask.CompletedTask;
        });
        _system.Resources.Use(TestKey.Resources(TestKey.Witness("release", [.. keys.Select(key => key.Pinned(KeyState.Retired))])));
        while (!_follower.CaughtUp.IsCompleted)
        {
            var reading = await _log.NextAsync();
            reading.After.Should().BeNull();
            reading.Play(ScriptedLog.Record(1, keys[3].Attest(TestImages.App, "release")));
            reading.Play(new LogEvent.CaughtUp());
            await UntilAsync(() => _follower.CaughtUp.IsCompleted || _log.HasNext);
        }

        _system.Standing(TestImages.App, "release").Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task G3_forged_records_are_counted_and_dropped_and_the_rest_goes_on()
    {
        var honest = Release.Attest(TestImages.App, "release");
        var reading = await _log.NextAsync();
        reading.Play(new LogEvent.Record(new LogPosition(1, "x\ny"), "", default));
        reading.Play(new LogEvent.Record(new LogPosition(2, ""), "kritis.attestation-created", new byte[] { 0xff }));
        reading.Play(ScriptedLog.Record(3, honest with { Image = TestImages.OtherDigest }));
        reading.Play(ScriptedLog.Record(4, TestKey.Named("mallory").Attest(TestImages.App, "release")));
        reading.Play(ScriptedLog.Record(5, honest));
        await UntilAsync(() => _follower.Read == 5);
        (_system.Dropped, _system.Index.Count).Should().Be((4, 1));
    }

    [Fact]
    public async Task Stopping_ends_a_reading_and_a_pause_at_once()
    {
        (await _log.NextAsync()).Fail(new AttestationLogException("away"));
        _ = await _log.NextAsync();
        await _follower.StopAsync(default).WaitAsync(TimeSpan.FromSeconds(30));
        _follower.ExecuteTask!.IsCompletedSuccessfully.Should().BeTrue();
    }

    private async Task<HealthCheckResult> HealthAsync() => await new IndexHealth(_follower).CheckHealthAsync(new HealthCheckContext());

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
