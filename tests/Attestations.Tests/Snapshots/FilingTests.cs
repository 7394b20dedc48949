using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Tests.Index;
using Kritis.Events.Attestations.Tests.Keys;
using Kritis.Events.Attestations.Tests.Payloads;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Attestations.Tests.Snapshots;

/// <summary>A verifier that reads the log for the first time, and looks at signatures only when somebody asks.</summary>
public sealed class FilingTests : IDisposable
{
    private const int Many = 300;
    private static readonly TestKey Release = TestKey.Named("release");
    private static readonly TestKey Rsa = TestKey.Named("release-rsa", SignatureAlgorithm.RsaPssSha256);
    private static readonly TestKey Qa = TestKey.Named("qa");
    private static readonly ResourceSet Resources = TestKey.Resources(
        TestKey.Witness("release", Release.Pinned(), Rsa.Pinned()), TestKey.Witness("qa", Qa.Pinned()));

    private static readonly AttestationCreated[] Attested = [.. Enumerable.Range(1, Many).Select(number => Release.Attest(Numbered(number), "release"))];
    private readonly string _folder = Directory.CreateTempSubdirectory("kritis-snapshot-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task G6_it_is_ready_when_the_log_is_read_and_looks_at_a_signature_when_its_image_is_asked_for()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        await verifier.CatchUpAsync(await PlayAsync(verifier, Attested));
        verifier.Follower.CaughtUp.IsCompletedSuccessfully.Should().BeTrue();
        verifier.System.Index.Count.Should().BeLessThan(Many / 4, "only a sample was looked at");

        foreach (var created in Attested)
        {
            verifier.Standing(created.Image).Should().Be(Standing.Attested);
        }

        verifier.System.Index.Count.Should().Be(Many);
        verifier.Lines.Warnings.Should().BeEmpty();
    }

    [Fact]
    public async Task What_nobody_asks_for_is_verified_in_the_background_and_the_file_is_not_asked_any_more()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources, verifiesAll: true);
        await verifier.CatchUpAsync(await PlayAsync(verifier, Attested));
        await SnapshotUnderTest.UntilAsync(() => verifier.Snapshot.Unverified is null);
        verifier.System.Index.Count.Should().Be(Many);
        File.Delete(SnapshotUnderTest.PathIn(_folder));
        verifier.Standing(Numbered(Many)).Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task What_could_not_be_verified_in_the_background_is_told_once_and_verified_when_it_is_asked_for()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources, verifiesAll: true);
        var reading = await PlayAsync(verifier, Attested);
        verifier.System.Resources.Failure = new InvalidOperationException("nobody thought of this");
        await verifier.CatchUpAsync(reading);
        await SnapshotUnderTest.UntilAsync(() => verifier.Lines.Warnings.Count() == 2);
        verifier.Lines.Warnings.Should().ContainMatch("*could not be verified in the background*tried again*").And.ContainMatch("* images of the snapshot could not be verified*");

        verifier.System.Resources.Failure = null;
        foreach (var created in Attested)
        {
            verifier.Standing(created.Image).Should().Be(Standing.Attested);
        }
    }

    [Fact]
    public async Task G6_what_nobody_has_asked_for_yet_goes_on_counting_when_the_log_is_replaced_by_an_empty_one()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        var reading = await PlayAsync(verifier, Attested);
        await verifier.CatchUpAsync(reading);

        await ReplaceAsync(verifier, reading);

        foreach (var created in Attested)
        {
            verifier.Standing(created.Image).Should().Be(Standing.Attested);
        }
    }

    [Fact]
    public async Task G6_what_signers_put_back_into_a_log_that_was_lost_is_in_the_file_at_the_next_start()
    {
        const int Two = 2;
        await using (var verifier = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await PlayAsync(verifier, Attested[..Two]);
            await verifier.CatchUpAsync(reading);
            verifier.Standing(Numbered(1)).Should().Be(Standing.Attested, "one is in the index before, the other not");
            await ReplaceAsync(verifier, reading);

            var read = verifier.Follower.Read;
            reading.Play(ScriptedLog.Record(1, Attested[0]));
            reading.Play(ScriptedLog.Record(2, Attested[1]));
            await SnapshotUnderTest.UntilAsync(() => verifier.Follower.Read == read + Two);
        }

        await using var again = new SnapshotUnderTest(_folder, Resources);
        var behind = await again.StartAsync();
        behind.After!.Offset.Should().Be(Two);
        await again.CatchUpAsync(behind);
        again.Standing(Numbered(1)).Should().Be(Standing.Attested);
        again.Standing(Numbered(2)).Should().Be(Standing.Attested);
    }

    /// <summary>Another log takes the place of the one that was read, and is empty.</summary>
    private static async Task ReplaceAsync(SnapshotUnderTest verifier, ScriptedLog.Reading reading)
    {
        var ends = 0;
        verifier.Follower.ReadToEnd += () => Interlocked.Increment(ref ends);
        reading.Play(new LogEvent.ReadFromFirst("it was made anew"));
        reading.Play(new LogEvent.CaughtUp());
        await SnapshotUnderTest.UntilAsync(() => Volatile.Read(ref ends) == 1);
    }

    [Fact]
    public async Task An_image_that_is_asked_for_before_the_log_is_read_is_known_as_far_as_it_was_read()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        var reading = await PlayAsync(verifier, Attested[..2]);
        verifier.Standing(Numbered(1)).Should().Be(Standing.Attested);
        reading.Play(ScriptedLog.Record(3, Attested[2]));
        await verifier.CatchUpAsync(reading);
        verifier.Standing(Numbered(2)).Should().Be(Standing.Attested);
        verifier.Standing(Numbered(3)).Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task Each_of_two_witnesses_and_of_two_keys_that_signed_the_same_image_counts()
    {
        await using (var verifier = new SnapshotUnderTest(_folder, Resources))
        {
            await verifier.CatchUpAsync(await PlayAsync(verifier, Release.Attest(TestImages.App, "release"), Qa.Attest(TestImages.App, "qa"), Rsa.Attest(TestImages.App, "release")));
            AllThree(verifier);
        }

        await using var again = new SnapshotUnderTest(_folder, Resources);
        await again.CatchUpAsync(await again.StartAsync());
        AllThree(again);

        static void AllThree(SnapshotUnderTest verifier)
        {
            verifier.Standing(TestImages.App).Should().Be(Standing.Attested);
            verifier.Standing(TestImages.App, "qa").Should().Be(Standing.Attested);
            verifier.System.Index.Find(TestImages.App).Attestations.Should().HaveCount(3);
        }
    }

    [Fact]
    public async Task G3_a_key_that_is_pinned_no_more_when_its_image_is_asked_for_admits_nothing_and_counts_when_it_is_pinned_again()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        await verifier.CatchUpAsync(await PlayAsync(verifier, Qa.Attest(TestImages.App, "qa")));
        verifier.System.Resources.Use(TestKey.Resources(TestKey.Witness("release", Release.Pinned(), Rsa.Pinned()), TestKey.Witness("qa")));
        verifier.Standing(TestImages.App, "qa").Should().BeOneOf([Standing.NoAttestation, Standing.KeyNotPinned], "the second where it was in the sample");
        verifier.System.Dropped.Should().Be(0, "it is not forged");

        verifier.System.Resources.Use(Resources);
        var again = await verifier.Log.NextAsync();
        again.After.Should().BeNull();
        again.Play(ScriptedLog.Record(1, Qa.Attest(TestImages.App, "qa")));
        await verifier.CatchUpAsync(again);
        verifier.Standing(TestImages.App, "qa").Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task G3_a_revocation_counts_as_soon_as_it_is_read_whether_it_stands_before_or_behind_what_it_revokes()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        var reading = await verifier.StartAsync();
        reading.Play(ScriptedLog.Record(1, Release.Attest(TestImages.App, "release")));
        reading.Play(ScriptedLog.Record(2, Release.Revoke(TestImages.App, "release")));
        reading.Play(ScriptedLog.Record(3, Release.Revoke(TestImages.OtherDigest, "release")));
        reading.Play(ScriptedLog.Record(4, Release.Attest(TestImages.OtherDigest, "release")));
        await SnapshotUnderTest.UntilAsync(() => verifier.Follower.Read == 4);
        verifier.System.Index.RevocationCount.Should().Be(2);
        verifier.Standing(TestImages.App).Should().Be(Standing.Revoked);
        await verifier.CatchUpAsync(reading);
        verifier.Standing(TestImages.OtherDigest).Should().Be(Standing.Revoked);
    }

    [Fact]
    public async Task G3_a_tag_that_was_moved_is_known_as_soon_as_the_log_is_read()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        await verifier.CatchUpAsync(await PlayAsync(
            verifier, Release.AttestWithTag(TestImages.App, "1.0", "release"), Release.AttestWithTag(TestImages.OtherDigest, "1.0", "release")));
        verifier.System.Index.Count.Should().Be(2, "a claim counts beside an attestation that was verified");
        verifier.System.Resolve(TestImages.App, "1.0", "release").Problem.Should().StartWith("the tag was moved");
    }

    [Fact]
    public async Task G6_a_verifier_that_was_killed_while_it_read_the_log_for_the_first_time_reads_it_from_its_first_record()
    {
        await using (var first = new SnapshotUnderTest(_folder, Resources))
        {
            _ = await PlayAsync(first, Attested[..100]);
            first.Snapshot.Flush();
        }

        await using var again = new SnapshotUnderTest(_folder, Resources);
        var reading = await PlayAsync(again, Attested);
        reading.After.Should().BeNull("the file did not hold the whole log");
        await again.CatchUpAsync(reading);
        again.Standing(Numbered(1)).Should().Be(Standing.Attested);
        again.Standing(Numbered(Many)).Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task A_connection_that_is_lost_while_the_log_is_read_for_the_first_time_loses_nothing()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        var reading = await PlayAsync(verifier, Attested[..100]);
        reading.Fail(new AttestationLogException("away"));
        var next = await verifier.Log.NextAsync();
        next.After!.Offset.Should().Be(100);
        next.Play(ScriptedLog.Record(101, Attested[100]));
        await verifier.CatchUpAsync(next);
        verifier.Standing(Numbered(1)).Should().Be(Standing.Attested);
        verifier.Standing(Numbered(101)).Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task A_log_that_is_made_anew_while_it_is_read_for_the_first_time_takes_what_was_filed_with_it()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        var reading = await PlayAsync(verifier, Attested[..100]);
        reading.Play(new LogEvent.ReadFromFirst("it was made anew"));
        reading.Play(ScriptedLog.Record(1, Release.Attest(TestImages.App, "release")));
        await verifier.CatchUpAsync(reading);
        verifier.Standing(TestImages.App).Should().Be(Standing.Attested);
        Attested[..100].Count(created => verifier.Standing(created.Image) == Standing.Attested).Should().BeLessThan(25, "but for the sample");
    }

    [Fact]
    public async Task Where_no_snapshot_can_be_kept_each_signature_is_verified_as_it_is_read()
    {
        await using var one = new SnapshotUnderTest(_folder, Resources);
        await using var other = new SnapshotUnderTest(_folder, Resources);
        await other.CatchUpAsync(await PlayAsync(other, Attested));
        other.System.Index.Count.Should().Be(Many, "the folder is another process's");

        Directory.CreateDirectory(Path.Combine(_folder, "index.snapshot.new"));
        await one.CatchUpAsync(await PlayAsync(one, Attested));
        one.System.Index.Count.Should().Be(Many, "the file cannot be made");
    }

    [Fact]
    public async Task A_file_that_reaches_its_limit_while_the_log_is_read_for_the_first_time_ends_there_and_nothing_is_lost()
    {
        long last;
        await using (var verifier = new SnapshotUnderTest(_folder, Resources, mostBytes: 10_000))
        {
            var reading = await verifier.StartAsync();
            foreach (var (number, created) in Attested.Index())
            {
                reading.Play(ScriptedLog.Record(number + 1, created));
                if (number % 10 == 9)
                {
                    await SnapshotUnderTest.UntilAsync(() => verifier.Follower.Read == number + 1);
                    verifier.Snapshot.Flush();
                }
            }

            await verifier.CatchUpAsync(reading);
            Attested.Should().OnlyContain(created => verifier.Standing(created.Image) == Standing.Attested);
            verifier.Lines.Warnings.Should().ContainSingle().Which.Should().Contain("larger than it may be");
        }

        new FileInfo(SnapshotUnderTest.PathIn(_folder)).Length.Should().BeInRange(5_000, 10_000);
        await using var again = new SnapshotUnderTest(_folder, Resources);
        last = (await again.StartAsync()).After!.Offset;
        last.Should().BeInRange(30, 100, "the log has the rest");
        again.Standing(Numbered((int)last)).Should().Be(Standing.Attested);
        again.Standing(Numbered((int)last + 1)).Should().Be(Standing.NoAttestation);
    }

    private static Image Numbered(int number) => TestImages.Of("r.example/a", number);

    private static async Task<ScriptedLog.Reading> PlayAsync(SnapshotUnderTest verifier, params AttestationCreated[] attested)
    {
        var reading = await verifier.StartAsync();
        foreach (var (number, created) in attested.Index())
        {
            reading.Play(ScriptedLog.Record(number + 1, created));
        }

        await SnapshotUnderTest.UntilAsync(() => verifier.Follower.Read == attested.Length);
        return reading;
    }
}
