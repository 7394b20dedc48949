using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Snapshots;
using Kritis.Events.Attestations.Tests.Index;
using Kritis.Events.Attestations.Tests.Keys;
using Kritis.Events.Attestations.Tests.Payloads;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Attestations.Tests.Snapshots;

/// <summary>Whoever can write to the log while a verifier files what it reads: what he tries, and that nothing is admitted, hidden or stopped by it.</summary>
public sealed class FilingAttackTests : IDisposable
{
    private static readonly TestKey Release = TestKey.Named("release");
    private static readonly TestKey Qa = TestKey.Named("qa");
    private static readonly ResourceSet Resources = TestKey.Resources(TestKey.Witness("release", Release.Pinned()), TestKey.Witness("qa", Qa.Pinned()));
    private static readonly AttestationCreated Honest = Release.Attest(TestImages.App, "release");

    /// <summary>All of it is as it should be but the signature.</summary>
    private static readonly AttestationCreated Forged = Honest with { Signature = Release.Attest(TestImages.OtherDigest, "release").Signature };
    private static readonly AttestationCreated OtherForged = Honest with { Signature = new byte[] { 0x30, 6, 2, 1, 1, 2, 1, 1 } };

    private readonly string _folder = Directory.CreateTempSubdirectory("kritis-snapshot-").FullName;

    public static TheoryData<string> Orders => ["FH", "HF", "FGH", "FHG", "HFG", "FFFFH"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task G3_what_nobody_signed_is_not_believed_and_has_neither_the_file_distrusted_nor_the_log_read_again()
    {
        for (var start = 0; start < 3; start++)
        {
            await using var verifier = new SnapshotUnderTest(_folder, Resources);
            var reading = await verifier.StartAsync();
            reading.After?.Offset.Should().Be(2);
            if (start == 0)
            {
                reading.Play(ScriptedLog.Record(1, Forged));
                reading.Play(ScriptedLog.Record(2, Release.Attest(TestImages.OtherRepository, "release")));
            }

            await verifier.CatchUpAsync(reading);
            verifier.Standing(TestImages.App).Should().Be(Standing.NoAttestation);
            verifier.Standing(TestImages.App).Should().Be(Standing.NoAttestation);
            verifier.Standing(TestImages.OtherRepository).Should().Be(Standing.Attested);
            verifier.Follower.IsCurrent.Should().BeTrue("who forges in the log must not have it read for ever");
            verifier.Log.HasNext.Should().BeFalse();
            verifier.Lines.Warnings.Should().BeEmpty();
            (start > 0 || verifier.System.Dropped == 1).Should().BeTrue("it is told and counted");
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task G3_a_forgery_for_the_same_image_and_key_hides_no_valid_attestation(string order)
    {
        await using (var verifier = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await verifier.StartAsync();
            foreach (var (number, kind) in order.Index())
            {
                reading.Play(ScriptedLog.Record(number + 1, kind switch { 'F' => Forged, 'G' => OtherForged, _ => Honest }));
            }

            await verifier.CatchUpAsync(reading);
            verifier.Standing(TestImages.App).Should().Be(Standing.Attested);
            verifier.Snapshot.Unverified!.Count.Should().BeLessThanOrEqualTo(1, "there is one candidate at a time");
        }

        await using var again = new SnapshotUnderTest(_folder, Resources, verifiesAll: true);
        await again.CatchUpAsync(await again.StartAsync());
        again.Standing(TestImages.App).Should().Be(Standing.Attested, "the file holds the valid one, too");
        await SnapshotUnderTest.UntilAsync(() => again.Snapshot.Unverified is null);
        again.Log.HasNext.Should().BeFalse();
        again.System.Index.Count.Should().Be(1);
    }

    [Fact]
    public async Task G3_a_valid_attestation_that_comes_later_counts_beside_a_forgery_that_was_filed()
    {
        await using (var verifier = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await verifier.StartAsync();
            reading.Play(ScriptedLog.Record(1, Forged));
            await verifier.CatchUpAsync(reading);
            reading.Play(ScriptedLog.Record(2, Honest));
            await SnapshotUnderTest.UntilAsync(() => verifier.Follower.Read == 2);
            verifier.Standing(TestImages.App).Should().Be(Standing.Attested);
        }

        await using var again = new SnapshotUnderTest(_folder, Resources);
        (await again.StartAsync()).After!.Offset.Should().Be(2);
        again.Standing(TestImages.App).Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task G3_a_forgery_of_one_witness_takes_nothing_from_the_other()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        var reading = await verifier.StartAsync();
        reading.Play(ScriptedLog.Record(1, Forged));
        reading.Play(ScriptedLog.Record(2, Qa.Attest(TestImages.App, "qa")));
        await verifier.CatchUpAsync(reading);
        verifier.Standing(TestImages.App).Should().Be(Standing.NoAttestation);
        verifier.Standing(TestImages.App, "qa").Should().Be(Standing.Attested);
    }

    [Fact]
    public async Task What_fails_any_other_check_than_the_signature_is_dropped_as_it_is_read()
    {
        var spaced = " "u8.ToArray().Concat(Honest.Payload.ToArray()).ToArray();
        AttestationCreated[] wrong =
        [
            Release.Attest(TestImages.App, "release", spaced),
            Honest with { Id = new string('0', 64) },
            Honest with { Image = TestImages.OtherDigest },
            Honest with { Witness = "qa" },
            Honest with { Algorithm = "RSA_PSS_SHA_256" },
            TestKey.Named("mallory").Attest(TestImages.App, "release"),
            Release.Attest(TestImages.App, "nobody"),
            Honest with { Signature = Array.Empty<byte>() },
            Honest with { Signature = new byte[SnapshotFormat.MostSignature + 1] },
        ];
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        var reading = await verifier.StartAsync();
        foreach (var (number, created) in wrong.Index())
        {
            reading.Play(ScriptedLog.Record(number + 1, created));
        }

        await verifier.CatchUpAsync(reading);
        verifier.System.Dropped.Should().Be(wrong.Length);
        verifier.Snapshot.Unverified!.Count.Should().Be(0);
    }

    [Fact]
    public async Task G3_G6_a_flood_of_forgeries_fills_neither_memory_nor_file_and_keeps_nobody_from_starting()
    {
        const int Flood = 20_000;
        await using (var verifier = new SnapshotUnderTest(_folder, Resources))
        {
            var reading = await verifier.StartAsync();
            for (var number = 1; number <= Flood; number++)
            {
                reading.Play(ScriptedLog.Record(number, number == Flood / 2 ? Honest : Unsigned(number)));
            }

            await verifier.CatchUpAsync(reading);
            verifier.Snapshot.Unverified!.Count.Should().BeLessThan(Flood / 5, "the first that is found has the next ones looked at");
            new FileInfo(SnapshotUnderTest.PathIn(_folder)).Length.Should().BeLessThan(Flood / 5 * 100);
            verifier.Standing(TestImages.App).Should().Be(Standing.Attested);
            verifier.System.Index.Count.Should().Be(1);
        }

        await using var again = new SnapshotUnderTest(_folder, Resources, verifiesAll: true);
        var next = await again.StartAsync();
        next.After!.Offset.Should().Be(Flood);
        await again.CatchUpAsync(next);
        await SnapshotUnderTest.UntilAsync(() => again.Snapshot.Unverified is null);
        again.System.Index.Count.Should().Be(1);
        again.Log.HasNext.Should().BeFalse("the log is not read again for what others wrote to it");
    }

    [Fact]
    public async Task G3_G6_a_file_that_is_cut_before_what_was_filed_is_asked_for_has_the_log_read_again()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        await FileAsync(verifier);
        using (var file = new FileStream(SnapshotUnderTest.PathIn(_folder), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(20);
        }

        await ReadAgainAsync(verifier);
    }

    [Fact]
    public async Task G3_G6_a_file_whose_bytes_are_changed_before_what_was_filed_is_asked_for_has_the_log_read_again()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        await FileAsync(verifier);
        using (var file = new FileStream(SnapshotUnderTest.PathIn(_folder), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Seek(8, SeekOrigin.Begin);
            file.Write(new byte[file.Length - 8]);
        }

        await ReadAgainAsync(verifier);
    }

    [Fact]
    public async Task A_file_that_is_deleted_before_what_was_filed_is_asked_for_is_asked_all_the_same()
    {
        await using var verifier = new SnapshotUnderTest(_folder, Resources);
        await FileAsync(verifier);
        File.Delete(SnapshotUnderTest.PathIn(_folder));
        Images().Should().OnlyContain(created => verifier.Standing(created.Image) == Standing.Attested);
    }

    [Fact]
    public void One_in_a_hundred_and_twenty_eight_is_looked_at_and_after_a_forgery_all_until_as_many_were_valid()
    {
        var watch = new ForgeryWatch();
        Enumerable.Range(0, 100_000).Count(_ => !watch.LetsWait()).Should().BeInRange(500, 1_100);
        watch.NoteForgery();
        Enumerable.Range(0, 10_000).Count(_ => watch.LetsWait()).Should().Be(0, "what fails for another reason works nothing off");
        for (var valid = 0; valid < 127; valid++)
        {
            watch.NoteValid();
        }

        watch.LetsWait().Should().BeFalse();
        watch.NoteValid();
        Enumerable.Range(0, 1_000).Count(_ => watch.LetsWait()).Should().BeGreaterThan(900);
    }

    [Fact]
    public void A_place_says_where_how_long_and_whether_it_was_filed_and_knows_its_signature()
    {
        foreach (var (offset, length, filed) in new[] { (8L, 1, true), (SignaturePlace.MostOffset - 1, SnapshotFormat.MostSignature, true), (1L << 31, 72, false) })
        {
            var signature = Enumerable.Range(0, length).Select(number => (byte)number).ToArray();
            var place = SignaturePlace.From(SignaturePlace.Of(offset, signature, filed).Bits);
            (place.Offset, place.Length, place.IsFiled).Should().Be((offset, length, filed));
            place.Bits.Should().BePositive();
            place.Is(signature).Should().BeTrue();
            place.Is(signature.AsSpan()[..^1]).Should().BeFalse();
        }
    }

    /// <summary>Enough that not all of them are in the sample.</summary>
    private static IEnumerable<AttestationCreated> Images() => Enumerable.Range(1, 20).Select(number => Release.Attest(TestImages.Of("r.example/a", number), "release"));

    private static async Task FileAsync(SnapshotUnderTest verifier)
    {
        var reading = await verifier.StartAsync();
        foreach (var (number, created) in Images().Index())
        {
            reading.Play(ScriptedLog.Record(number + 1, created));
        }

        await verifier.CatchUpAsync(reading);
    }

    private static async Task ReadAgainAsync(SnapshotUnderTest verifier)
    {
        Images().Count(created => verifier.Standing(created.Image) == Standing.Attested).Should().BeLessThan(20);
        verifier.Lines.Warnings.Should().ContainSingle().Which.Should().Contain("was changed by somebody or is damaged");
        verifier.System.Dropped.Should().Be(0, "nobody forged anything in the log");
        var again = await verifier.Log.NextAsync();
        again.After.Should().BeNull();
        foreach (var (number, created) in Images().Index())
        {
            again.Play(ScriptedLog.Record(number + 1, created));
        }

        await verifier.CatchUpAsync(again);
        Images().Should().OnlyContain(created => verifier.Standing(created.Image) == Standing.Attested);
    }

    /// <summary>Whose signature is the honest one's, of another image.</summary>
    private static AttestationCreated Unsigned(int number)
    {
        var image = TestImages.Of("r.example/forged", number);
        var payload = Attestations.Payloads.SimpleSigningPayload.Create(image, "release");
        return Honest with { Image = image, Payload = payload, Id = AttestationId.Of(Release.Public.Fingerprint, payload) };
    }
}
