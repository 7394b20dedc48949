using System.Text.Json;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Snapshots;
using Kritis.Events.Attestations.Tests.Index;
using Kritis.Events.Attestations.Tests.Keys;
using Kritis.Events.Attestations.Tests.Payloads;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;

namespace Kritis.Events.Attestations.Tests.Snapshots;

/// <summary>Whoever can write the snapshot file: what he tries, and that nothing is admitted for it.</summary>
public sealed class SnapshotAttackTests : IDisposable
{
    private static readonly TestKey Release = TestKey.Named("release");
    private static readonly TestKey Mallory = TestKey.Named("mallory");
    private static readonly ResourceSet Resources = TestKey.Resources(TestKey.Witness("release", Release.Pinned()), TestKey.Witness("qa", TestKey.Named("qa").Pinned()));
    private static readonly PinnedKey Signer = new("release", Release.Public.Fingerprint, Release.Algorithm);
    private static readonly AttestationCreated Honest = Release.Attest(TestImages.App, "release");

    private readonly string _folder = Directory.CreateTempSubdirectory("kritis-snapshot-").FullName;

    public static TheoryData<string> Forgeries => ["another's signature", "another image's signature", "another repository's", "another witness's", "no signature to speak of", "a bit of it"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task G3_an_attestation_that_nobody_signed_is_not_believed_and_has_the_log_read_again(string forgery)
    {
        var flipped = Honest.Signature.ToArray();
        flipped[^1] ^= 1;
        var (image, signer, signature) = forgery switch
        {
            "another's signature" => (TestImages.App, Signer, Mallory.Attest(TestImages.App, "release").Signature),
            "another image's signature" => (TestImages.OtherDigest, Signer, Honest.Signature),
            "another repository's" => (TestImages.OtherRepository, Signer, Honest.Signature),
            "another witness's" => (TestImages.App, new PinnedKey("qa", TestKey.Named("qa").Public.Fingerprint, Release.Algorithm), Honest.Signature),
            "no signature to speak of" => (TestImages.App, Signer, new byte[] { 0 }),
            _ => (TestImages.App, Signer, flipped),
        };
        Forge(image, signer, signature);
        await using (var verifier = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await verifier.StartAsync();
            await verifier.CatchUpAsync(reading);
            verifier.Standing(image, signer.Witness).Should().Be(Standing.NoAttestation);
            verifier.Follower.IsCurrent.Should().BeFalse("the file was changed, and may lack what the log has");
            verifier.Lines.Warnings.Should().ContainSingle().Which.Should().Contain("was changed by somebody or is damaged").And.Contain(image.ToString());

            var again = await verifier.Log.NextAsync();
            again.After.Should().BeNull();
            again.Play(ScriptedLog.Record(1, Honest));
            await verifier.CatchUpAsync(again);
            verifier.Standing(TestImages.App).Should().Be(Standing.Attested);
        }

        await using var next = new SnapshotUnderTest(_folder, Resources);
        (await next.StartAsync()).After!.Offset.Should().Be(1, "the file was made anew");
        next.Standing(TestImages.App).Should().Be(Standing.Attested);
        next.Lines.Warnings.Should().BeEmpty();
    }

    [Fact]
    public async Task G3_the_background_finds_a_forgery_that_nobody_asks_for_and_keeps_what_is_true()
    {
        Forge((TestImages.OtherDigest, Signer, Honest.Signature), (TestImages.App, Signer, Honest.Signature), (TestImages.OtherRepository, Signer, Honest.Signature));
        await using var verifier = new SnapshotUnderTest(_folder, Resources, verifiesAll: true);
        (await verifier.StartAsync()).Play(new LogEvent.CaughtUp());
        var again = await verifier.Log.NextAsync();
        again.After.Should().BeNull();
        verifier.Standing(TestImages.App).Should().Be(Standing.Attested);
        verifier.Standing(TestImages.OtherDigest).Should().Be(Standing.NoAttestation);
        verifier.Lines.Warnings.Should().ContainSingle("one that makes a million forgeries has the log read once");
    }

    [Fact]
    public async Task G3_a_signer_that_is_not_pinned_gains_nothing_by_being_named_in_the_file()
    {
        Forge(TestImages.App, new PinnedKey("release", Mallory.Public.Fingerprint, Mallory.Algorithm), Mallory.Attest(TestImages.App, "release").Signature);
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        await verifier.CatchUpAsync(await verifier.StartAsync());
        verifier.Standing(TestImages.App).Should().Be(Standing.NoAttestation);
    }

    [Fact]
    public async Task G3_a_position_beyond_a_revocation_does_not_hide_it()
    {
        Forge(TestImages.App, Signer, Honest.Signature);
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        verifier.Log.Restrictions = [Record(Release.Revoke(TestImages.App, "release"))];
        var reading = await verifier.StartAsync();
        reading.After.Should().Be(Position, "the position is what the file says");
        await verifier.CatchUpAsync(reading);
        verifier.Standing(TestImages.App).Should().Be(Standing.Revoked);
    }

    [Fact]
    public async Task G3_a_position_beyond_the_claim_of_a_tag_does_not_hide_that_it_was_moved()
    {
        Forge(TestImages.App, Signer, Honest.Signature);
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        verifier.Log.Restrictions =
        [
            ScriptedLog.Record(1, Release.AttestWithTag(TestImages.App, "1.0", "release")), ScriptedLog.Record(2, Release.AttestWithTag(TestImages.OtherDigest, "1.0", "release")),
        ];
        await verifier.CatchUpAsync(await verifier.StartAsync());
        verifier.System.Resolve(TestImages.App, "1.0", "release").Problem.Should().StartWith("the tag was moved");
    }

    [Fact]
    public async Task G3_while_the_restrictions_cannot_be_read_it_is_not_ready_and_tries_again()
    {
        Forge(TestImages.App, Signer, Honest.Signature);
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        verifier.Log.Restrictions = null;
        await verifier.Follower.StartAsync(TestContext.Current.CancellationToken);
        await SnapshotUnderTest.UntilAsync(() => verifier.Follower.Problem is not null);
        verifier.Log.HasNext.Should().BeFalse("the log is not followed before they are known");
        verifier.Follower.CaughtUp.IsCompleted.Should().BeFalse();

        verifier.Log.Restrictions = [Record(Release.Revoke(TestImages.App, "release"))];
        var reading = await verifier.Log.NextAsync();
        await verifier.CatchUpAsync(reading);
        verifier.Standing(TestImages.App).Should().Be(Standing.Revoked);
    }

    [Fact]
    public async Task G3_a_log_that_kept_fewer_restrictions_than_there_were_is_read_from_its_first_record()
    {
        Forge(restrictions: 2, (TestImages.App, Signer, Honest.Signature));
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        verifier.Log.Restrictions = [Record(Release.Revoke(TestImages.OtherDigest, "release"))];
        var reading = await verifier.StartAsync();
        reading.After.Should().BeNull("a revocation from before there was a stream for them is in the log alone");
        reading.Play(Record(Release.Revoke(TestImages.App, "release")));
        await verifier.CatchUpAsync(reading);
        verifier.Standing(TestImages.App).Should().Be(Standing.Revoked);
        verifier.Lines.Warnings.Should().ContainSingle().Which.Should().Contain("gave 1 revocations and claims of tags, and there were 2");
    }

    [Fact]
    public async Task A_file_that_is_none_or_of_another_version_is_told_and_made_anew()
    {
        foreach (var (bytes, told) in new (byte[], string)[]
        {
            ([], "shorter than a snapshot's first bytes"),
            ("KRITIS99"u8.ToArray(), "another version"),
            ("SQLite format 3\0"u8.ToArray(), "does not begin as a snapshot does"),
            ([.. SnapshotFormat.Magic, 255, 255, 255, 127, 0], "claims a length of 2147483647 bytes"),
            ([.. SnapshotFormat.Magic, 255, 255, 255, 255, 0], "claims a length of -1 bytes"),
            ([.. SnapshotFormat.Magic, 4, 0, 0, 0, 1, 2, 3, 4, .. new byte[32]], "does not have its checksum"),
        })
        {
            File.WriteAllBytes(SnapshotUnderTest.PathIn(_folder), bytes);
            await using var verifier = new SnapshotUnderTest(_folder, Resources);
            var reading = await verifier.StartAsync();
            reading.After.Should().BeNull();
            verifier.Lines.Warnings.Should().ContainSingle().Which.Should().Contain(told).And.Contain("is ignored and made anew");
            reading.Play(ScriptedLog.Record(1, Honest));
            await verifier.CatchUpAsync(reading);
            verifier.Standing(TestImages.App).Should().Be(Standing.Attested);
            File.ReadAllBytes(SnapshotUnderTest.PathIn(_folder)).Should().StartWith(SnapshotFormat.Magic.ToArray()).And.HaveCountGreaterThan(100);
        }
    }

    [Fact]
    public void G3_a_file_that_was_cut_or_changed_at_any_byte_never_ends_the_start_and_never_attests_what_was_not()
    {
        Forge((TestImages.App, Signer, Honest.Signature), (TestImages.OtherRepository, Signer, Release.Attest(TestImages.OtherRepository, "release").Signature));
        var whole = File.ReadAllBytes(SnapshotUnderTest.PathIn(_folder));
        var (ignored, attested) = (0, 0);
        for (var at = 0; at < whole.Length; at++)
        {
            foreach (var changed in new[] { whole[..at], [.. whole[..at], (byte)(whole[at] ^ 0x41), .. whole[(at + 1)..]] })
            {
                File.WriteAllBytes(SnapshotUnderTest.PathIn(_folder), changed);
                var system = new IndexUnderTest(Resources);
                var lines = new SeenLines();
                using var snapshot = new IndexSnapshot(new SnapshotOptions { Folder = _folder }, system.Index, system.Writer, system.Resources, lines.For<IndexSnapshot>());
                var coverage = snapshot.Load(PinnedKey.AllOf(Resources));
                system.Standing(TestImages.OtherDigest, "release").Should().Be(Standing.NoAttestation);
                system.Standing(TestImages.App, "qa").Should().Be(Standing.NoAttestation);
                attested += system.Standing(TestImages.App, "release") == Standing.Attested ? 1 : 0;
                ignored += lines.Warnings.Count() == 1 ? 1 : 0;
                (coverage is null || system.Standing(TestImages.App, "release") == Standing.Attested).Should().BeTrue("a position without what stands before it would hide attestations");
            }
        }

        ignored.Should().BeGreaterThan(whole.Length * 9 / 10);
        attested.Should().Be(0, "one block is whole or it does not count");
    }

    [Fact]
    public async Task A_file_whose_last_block_was_being_written_counts_up_to_there()
    {
        Forge(TestImages.App, Signer, Honest.Signature);
        var path = SnapshotUnderTest.PathIn(_folder);
        File.WriteAllBytes(path, [.. File.ReadAllBytes(path), 100, 0, 0, 0, 1, 2, 3]);
        await using (var verifier = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await verifier.StartAsync();
            reading.After.Should().Be(Position);
            verifier.Standing(TestImages.App).Should().Be(Standing.Attested);
            reading.Play(ScriptedLog.Record(9, Release.Attest(TestImages.OtherDigest, "release")));
            await verifier.CatchUpAsync(reading);
        }

        await using var next = new SnapshotUnderTest(_folder, Resources);
        (await next.StartAsync()).After!.Offset.Should().Be(9);
        next.Standing(TestImages.OtherDigest).Should().Be(Standing.Attested);
        next.Lines.Warnings.Should().BeEmpty();
    }

    [Fact]
    public async Task G3_a_file_that_is_changed_while_it_is_used_attests_nothing_that_was_not()
    {
        Forge((TestImages.App, Signer, Honest.Signature), (TestImages.OtherRepository, Signer, Release.Attest(TestImages.OtherRepository, "release").Signature));
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        await verifier.CatchUpAsync(await verifier.StartAsync());
        using (var file = new FileStream(SnapshotUnderTest.PathIn(_folder), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(20);
        }

        verifier.Standing(TestImages.App).Should().Be(Standing.NoAttestation);
        var again = await verifier.Log.NextAsync();
        again.Play(ScriptedLog.Record(1, Honest));
        await verifier.CatchUpAsync(again);
        verifier.Standing(TestImages.App).Should().Be(Standing.Attested);
    }

    private static LogPosition Position { get; } = new(7, "seven");

    private void Forge(Image image, PinnedKey signer, ReadOnlyMemory<byte> signature) => Forge((image, signer, signature));

    private void Forge(params (Image Image, PinnedKey Signer, ReadOnlyMemory<byte> Signature)[] attestations) => Forge(0, attestations);

    /// <summary>A file as somebody makes it who knows the format: whole, with right checksums, for all keys.</summary>
    private void Forge(long restrictions, params (Image Image, PinnedKey Signer, ReadOnlyMemory<byte> Signature)[] attestations)
    {
        var index = new AttestationIndex();
        using var writer = SnapshotWriter.Begin(SnapshotUnderTest.PathIn(_folder), index);
        foreach (var (image, signer, signature) in attestations)
        {
            writer.Add(index.KeyOf(image), signer, signature.Span);
        }

        writer.TryWrite(new SnapshotCoverage(Position, restrictions, PinnedKey.AllOf(Resources))).Should().BeTrue();
    }

    private static LogEvent.Record Record(AttestationRevoked revoked) => new(
        new LogPosition(1, revoked.Id), MessageNames.AttestationRevoked, JsonSerializer.SerializeToUtf8Bytes(revoked, WireJson.Default.AttestationRevoked));
}
