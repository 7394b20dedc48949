using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Snapshots;
using Kritis.Events.Attestations.Tests.Index;
using Kritis.Events.Attestations.Tests.Keys;
using Kritis.Events.Attestations.Tests.Payloads;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Attestations.Tests.Snapshots;

/// <summary>A verifier that starts again on its own snapshot.</summary>
public sealed class SnapshotTests : IDisposable
{
    private static readonly TestKey Release = TestKey.Named("release");
    private static readonly TestKey Rsa = TestKey.Named("release-rsa", SignatureAlgorithm.RsaPssSha256);
    private static readonly TestKey Qa = TestKey.Named("qa");
    private static readonly ResourceSet Resources = TestKey.Resources(
        TestKey.Witness("release", Release.Pinned(), Rsa.Pinned()), TestKey.Witness("qa", Qa.Pinned()));

    private readonly string _folder = Directory.CreateTempSubdirectory("kritis-snapshot-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task G6_what_was_read_before_is_known_again_and_only_what_came_after_is_read()
    {
        var last = await WriteAsync(
            Release.Attest(TestImages.App, "release"), Rsa.Attest(TestImages.OtherDigest, "release"), Qa.Attest(TestImages.App, "qa"));

        await using var again = new SnapshotUnderTest(_folder, Resources);
        var reading = await again.StartAsync();
        reading.After.Should().Be(last);
        again.Log.RestrictionsRead.Should().Be(1);
        reading.Play(ScriptedLog.Record(4, Release.Attest(TestImages.OtherRepository, "release")));
        await again.CatchUpAsync(reading);

        again.Standing(TestImages.App).Should().Be(Standing.Attested);
        again.Standing(TestImages.App, "qa").Should().Be(Standing.Attested);
        again.Standing(TestImages.OtherDigest).Should().Be(Standing.Attested);
        again.Standing(TestImages.OtherDigest, "qa").Should().Be(Standing.NoAttestation);
        again.Standing(TestImages.OtherRepository).Should().Be(Standing.Attested);
        again.System.Index.Count.Should().Be(4);
        again.Lines.Warnings.Should().BeEmpty();
    }

    [Fact]
    public async Task What_one_start_adds_is_there_at_the_next_whether_its_image_was_asked_for_or_not()
    {
        _ = await WriteAsync(Release.Attest(TestImages.App, "release"));
        await using (var second = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await second.StartAsync();
            reading.Play(ScriptedLog.Record(5, Release.Attest(TestImages.OtherDigest, "release")));
            reading.Play(ScriptedLog.Record(6, Release.Attest(TestImages.App, "release")));
            await second.CatchUpAsync(reading);
        }

        await using var third = new SnapshotUnderTest(_folder, Resources);
        (await third.StartAsync()).After!.Offset.Should().Be(6);
        third.Snapshot.Unverified!.Count.Should().Be(2);
        third.Standing(TestImages.App).Should().Be(Standing.Attested);
        third.Standing(TestImages.OtherDigest).Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task Everything_is_verified_in_the_background_and_the_file_is_not_asked_any_more()
    {
        const int Images = 300;
        _ = await WriteAsync([.. Enumerable.Range(1, Images).Select(number => Release.Attest(TestImages.Of("r.example/a", number), "release"))]);
        await using var again = new SnapshotUnderTest(_folder, Resources, verifiesAll: true);
        await again.CatchUpAsync(await again.StartAsync());

        await SnapshotUnderTest.UntilAsync(() => again.Snapshot.Unverified is null);
        again.System.Index.Count.Should().Be(Images);
        File.Delete(SnapshotUnderTest.PathIn(_folder));
        again.Standing(TestImages.Of("r.example/a", Images)).Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task A_key_that_was_pinned_since_has_the_log_read_from_its_first_record_and_what_the_file_holds_counts_meanwhile()
    {
        _ = await WriteAsync(Release.Attest(TestImages.App, "release"));
        var next = TestKey.Named("next");
        var more = TestKey.Resources(TestKey.Witness("release", Release.Pinned(), Rsa.Pinned(), next.Pinned()), TestKey.Witness("qa", Qa.Pinned()));
        await using (var again = new SnapshotUnderTest(_folder, more))
        {
            var reading = await again.StartAsync();
            reading.After.Should().BeNull("what the new key signed was passed over");
            again.Standing(TestImages.App).Should().Be(Standing.Attested);
            reading.Play(ScriptedLog.Record(1, next.Attest(TestImages.OtherDigest, "release")));
            reading.Play(ScriptedLog.Record(2, Release.Attest(TestImages.App, "release")));
            await again.CatchUpAsync(reading);
        }

        await using var third = new SnapshotUnderTest(_folder, more);
        (await third.StartAsync()).After!.Offset.Should().Be(2);
        third.Standing(TestImages.OtherDigest).Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task A_key_that_is_pinned_no_more_signs_for_nothing_and_costs_no_reading()
    {
        _ = await WriteAsync(Release.Attest(TestImages.App, "release"), Qa.Attest(TestImages.App, "qa"));
        await using var again = new SnapshotUnderTest(_folder, TestKey.Resources(TestKey.Witness("release", Release.Pinned(KeyState.Revoked)), TestKey.Witness("qa")));
        (await again.StartAsync()).After.Should().NotBeNull();
        again.Standing(TestImages.App).Should().Be(Standing.KeyRevoked);
        again.Standing(TestImages.App, "qa").Should().Be(Standing.NoAttestation);
        again.Lines.Warnings.Should().BeEmpty();
    }

    [Fact]
    public async Task A_key_that_was_not_pinned_for_a_moment_has_the_log_read_again_also_after_a_restart()
    {
        await using (var first = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await first.StartAsync();
            await first.CatchUpAsync(reading);
            first.System.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned()), TestKey.Witness("qa")));
            reading.Play(ScriptedLog.Record(1, Qa.Attest(TestImages.App, "qa")));
            await SnapshotUnderTest.UntilAsync(() => first.Follower.Read == 1);
        }

        await using var again = new SnapshotUnderTest(_folder, Resources);
        (await again.StartAsync()).After.Should().BeNull("what 'qa' signed meanwhile was passed over");
    }

    [Fact]
    public async Task A_log_that_is_another_one_makes_the_file_count_for_nothing()
    {
        _ = await WriteAsync(Release.Attest(TestImages.App, "release"));
        await using (var again = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await again.StartAsync();
            again.Follower.IsCurrent.Should().BeFalse();
            reading.Play(new LogEvent.ReadFromFirst("it was made anew"));
            reading.Play(ScriptedLog.Record(1, Release.Attest(TestImages.OtherDigest, "release")));
            await again.CatchUpAsync(reading);
            again.Standing(TestImages.App).Should().Be(Standing.NoAttestation, "revocations of the old log are gone, so its attestations must not stay");
        }

        await using var third = new SnapshotUnderTest(_folder, Resources);
        (await third.StartAsync()).After!.Offset.Should().Be(1);
        third.Standing(TestImages.App).Should().Be(Standing.NoAttestation);
        third.Standing(TestImages.OtherDigest).Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task A_verifier_that_ends_while_it_reads_a_new_log_begins_again_at_its_first_record()
    {
        _ = await WriteAsync(Release.Attest(TestImages.App, "release"));
        await using (var again = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await again.StartAsync();
            reading.Play(new LogEvent.ReadFromFirst("it was made anew"));
            reading.Play(ScriptedLog.Record(1, Release.Attest(TestImages.OtherDigest, "release")));
            await SnapshotUnderTest.UntilAsync(() => again.Follower.Read == 1);
        }

        await using var third = new SnapshotUnderTest(_folder, Resources);
        (await third.StartAsync()).After!.Offset.Should().Be(1, "the old file is still in its place, and the log refuses its position once more");
        third.Standing(TestImages.OtherDigest).Should().Be(Standing.NoAttestation);
    }

    [Fact]
    public async Task A_folder_that_another_process_uses_is_left_alone()
    {
        _ = await WriteAsync(Release.Attest(TestImages.App, "release"));
        await using var one = new SnapshotUnderTest(_folder, Resources);
        _ = await one.StartAsync();
        await using var other = new SnapshotUnderTest(_folder, Resources);
        var reading = await other.StartAsync();
        reading.After.Should().BeNull();
        reading.Play(ScriptedLog.Record(1, Release.Attest(TestImages.App, "release")));
        await other.CatchUpAsync(reading);
        other.Standing(TestImages.App).Should().Be(Standing.Attested);
        other.Lines.Warnings.Should().ContainSingle().Which.Should().Contain("index.snapshot.lock").And.Contain("Data:Path of its own");
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_once_and_costs_the_next_start_a_reading()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "index.snapshot.new"));
        await using (var first = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await first.StartAsync();
            reading.Play(ScriptedLog.Record(1, Release.Attest(TestImages.App, "release")));
            await first.CatchUpAsync(reading);
            first.Snapshot.Flush();
            first.Standing(TestImages.App).Should().Be(Standing.Attested);
            first.Lines.Warnings.Should().ContainSingle().Which.Should().Contain("cannot be written").And.Contain("admissions do not depend on it");
        }

        Directory.Delete(Path.Combine(_folder, "index.snapshot.new"));
        (await WriteAsync(Release.Attest(TestImages.App, "release"))).Offset.Should().Be(1);
    }

    [Fact]
    public async Task A_file_that_would_become_larger_than_it_may_be_ends_where_it_is_and_the_log_has_the_rest()
    {
        var options = new SnapshotOptions { Folder = _folder, MostBytes = 4_000 };
        var system = new IndexUnderTest(Resources);
        var lines = new SeenLines();
        using (var snapshot = new IndexSnapshot(options, system.Index, system.Writer, system.Resources, lines.For<IndexSnapshot>()))
        {
            _ = snapshot.Load(PinnedKey.AllOf(Resources));
            snapshot.CaughtUp();
            for (var number = 1; number <= 100; number++)
            {
                system.Write(Release.Attest(TestImages.Of("r.example/a", number), "release"));
                snapshot.Advance(new LogPosition(number, "m"), PinnedKey.AllOf(Resources));
                snapshot.Flush();
            }
        }

        new FileInfo(options.Path).Length.Should().BeInRange(1_000, 4_000);
        lines.Warnings.Should().ContainSingle().Which.Should().Contain("larger than it may be");
        await using var again = new SnapshotUnderTest(_folder, Resources);
        var after = (await again.StartAsync()).After!.Offset;
        after.Should().BeInRange(1, 99);
        again.Standing(TestImages.Of("r.example/a", (int)after)).Should().Be(Standing.Attested);
        again.Standing(TestImages.Of("r.example/a", (int)after + 1)).Should().Be(Standing.NoAttestation);
    }

    /// <summary>A first process that reads these from the log and ends.</summary>
    private async Task<LogPosition> WriteAsync(params AttestationCreated[] attested)
    {
        await using var first = new SnapshotUnderTest(_folder, Resources);
        var reading = await first.StartAsync();
        reading.After.Should().BeNull();
        foreach (var (number, created) in attested.Index())
        {
            reading.Play(ScriptedLog.Record(number + 1, created));
        }

        await first.CatchUpAsync(reading);
        first.Lines.Warnings.Should().BeEmpty();
        return new LogPosition(attested.Length, attested[^1].Id);
    }
}
