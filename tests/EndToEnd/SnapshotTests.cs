using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Snapshots;
using Kritis.Events.Contracts.Images;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd;

/// <summary>A verifier that starts again on its data folder, on a real broker.</summary>
public class SnapshotTests : OwnInstallation
{
    private const string Verifier = "verifier0";

    private string SnapshotPath => Path.Combine(Installation.DataPathOf(Verifier), "index.snapshot");

    [Fact]
    public async Task G3_G6_a_verifier_that_starts_again_reads_only_what_came_after_and_a_revocation_meanwhile_counts()
    {
        var (kept, revoked) = (await PushAsync("kept"), await PushAsync("revoked"));
        await AdmittedAsync(kept, revoked);
        (await Installation.Verifiers[0].StopAsync()).Should().BeTrue();
        await KritisCommand.RunAsync(Installation, Cancellation, "revoke", revoked, "--witness", Installation.WitnessName, "--reason", "a hole");
        var later = await PushAsync("later");
        await Eventually.Async("the other verifier has heard of it", () => Review.AdmitsAsync(Installation.Verifiers[1], later, Cancellation), Cancellation);

        await using var again = Installation.StartVerifier(Verifier);
        await again.UntilReadyAsync(Cancellation);

        (await Review.AdmitsAsync(again, kept, Cancellation)).Should().BeTrue();
        (await Review.AdmitsAsync(again, later, Cancellation)).Should().BeTrue();
        (await Review.OfPodAsync(again, "default", Cancellation, revoked)).Allowed.Should().BeFalse();
        again.Output.Should().Contain("Read 2 attestations from the snapshot")
            .And.MatchRegex("Caught up with .*: [23] records read", "the revocation and what was pushed later, by one signer or by both");
    }

    [Fact]
    public async Task G6_a_verifier_that_was_killed_finds_what_it_had_read_to_its_end()
    {
        var image = await PushAsync("killed");
        await AdmittedAsync(image);
        await Installation.Verifiers[0].KillAsync();
        await using var again = Installation.StartVerifier(Verifier);
        await again.UntilReadyAsync(Cancellation);
        (await Review.AdmitsAsync(again, image, Cancellation)).Should().BeTrue();
        again.Output.Should().NotContain("is ignored");
    }

    [Fact]
    public async Task G3_whoever_writes_the_snapshot_has_nothing_admitted_and_hides_no_revocation()
    {
        var (kept, revoked) = (await PushAsync("kept"), await PushAsync("revoked"));
        await AdmittedAsync(kept, revoked);
        await KritisCommand.RunAsync(Installation, Cancellation, "revoke", revoked, "--witness", Installation.WitnessName, "--reason", "a hole");
        await Eventually.Async("the verifier has heard of it", async () => !await Review.AdmitsAsync(Installation.Verifiers[0], revoked, Cancellation), Cancellation);
        (await Installation.Verifiers[0].StopAsync()).Should().BeTrue();
        var unsigned = Image.Parse(Installation.Name("kritis-demo/unsigned", $"sha256:{new string('e', 64)}"));
        Forge(unsigned, hiding: Image.Parse(kept));

        await using var again = Installation.StartVerifier(Verifier);
        await again.UntilReadyAsync(Cancellation);

        (await Review.AdmitsAsync(again, unsigned.ToString(), Cancellation)).Should().BeFalse("nobody signed it");
        (await Review.AdmitsAsync(again, revoked, Cancellation)).Should().BeFalse("what takes admissions away is read from the log");
        await Eventually.Async("what the file hid is read from the log", () => Review.AdmitsAsync(again, kept, Cancellation), Cancellation, () => again.Output);
        again.Output.Should().Contain("was changed by somebody or is damaged").And.Contain(unsigned.ToString());
    }

    /// <summary>
    /// The file with the position it had, with the attestations it had but for one, and one more: an image with the signature of another one. All its
    /// checksums are right.
    /// </summary>
    private void Forge(Image unsigned, Image hiding)
    {
        var resources = new ReadOnce(ResourceFiles.Load(Installation.ResourcesPath).Resources!);
        var pinned = PinnedKey.AllOf(resources.Current);
        var index = new AttestationIndex();
        var held = UnverifiedAttestations.Of(SnapshotPath, index, resources);
        var reader = new SnapshotReader(held, index, pinned);
        reader.Read();
        var images = held.Images.Where(image => image != index.KeyOf(hiding)).ToArray();
        File.Delete(SnapshotPath);
        using var writer = SnapshotWriter.Begin(SnapshotPath, index);
        var release = pinned.Single(key => key.Witness == Installation.WitnessName);
        foreach (var image in images.Append(index.KeyOf(unsigned)))
        {
            writer.Add(image, release, held.SignatureOf(image, release) ?? held.SignatureOf(images[0], release)!);
        }

        writer.TryWrite(reader.Coverage!).Should().BeTrue();
    }
}
