using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd;

/// <summary>The broker's disk is lost, and with it the log, its queues and everything else.</summary>
public sealed class LostLogTests : OwnInstallation
{
    [Fact]
    public async Task G2_a_log_that_is_lost_under_running_signers_is_filled_from_their_memory()
    {
        var (images, revoked) = await ImagesAsync();
        var paid = await SignaturesAsync(Installation.Signers);

        await Installation.Broker.LoseDataAsync();
        await Installation.Broker.RestartAsync(Cancellation);

        await SameAsBeforeAsync(images, revoked);
        (await SignaturesAsync(Installation.Signers) - paid).Should().Be(0, "what was signed once is not paid for again");
        var late = await PushAsync("late");
        await AdmittedAsync(late);
    }

    [Fact]
    public async Task G2_G3_a_log_that_is_lost_with_every_signer_comes_back_from_the_registry_revocations_first()
    {
        var (images, revoked) = await ImagesAsync();
        await Task.WhenAll(Installation.Signers.Select(signer => signer.KillAsync()));

        await Installation.Broker.LoseDataAsync();
        await Installation.Broker.RestartAsync(Cancellation);
        var signer = Installation.StartSigner("after", Installation.Loopback("http"));

        await SameAsBeforeAsync(images, revoked);
        (await SignaturesAsync([signer])).Should().Be(0, "what was signed once is not paid for again");
    }

    [Fact]
    public async Task G2_a_log_that_is_lost_comes_back_by_hand()
    {
        var (images, revoked) = await ImagesAsync();
        await Task.WhenAll(Installation.Signers.Select(signer => signer.KillAsync()));
        await Installation.Broker.LoseDataAsync();
        await Installation.Broker.RestartAsync(Cancellation);

        var (dryExit, dry) = await KritisCommand.EndAsync(Installation, Cancellation, "reconcile", "--dry-run");
        var (exit, told) = await KritisCommand.EndAsync(Installation, Cancellation, "reconcile");

        (dryExit, dry.Contains("4 brought back to the log, 0 sent")).Should().Be((0, true), dry);
        (exit, told.Contains("4 brought back to the log, 0 sent")).Should().Be((0, true), told);
        await SameAsBeforeAsync(images, revoked);
    }

    /// <summary>Two images that are attested, and one that was and is not any more.</summary>
    private async Task<(string[] Images, string Revoked)> ImagesAsync()
    {
        string[] images = [await PushAsync("one"), await PushAsync("two")];
        var revoked = await PushAsync("revoked");
        await AdmittedAsync([.. images, revoked]);
        foreach (var image in images.Append(revoked))
        {
            var (repository, digest) = (image[(image.IndexOf('/', StringComparison.Ordinal) + 1)..image.IndexOf('@', StringComparison.Ordinal)], image[(image.IndexOf('@', StringComparison.Ordinal) + 1)..]);
            _ = await AttachedSignatures.ReadAsync(Installation, repository, digest, Cancellation);
        }

        _ = await KritisCommand.RunAsync(Installation, Cancellation, "revoke", revoked, "--witness", Installation.WitnessName, "--reason", "leaked");
        return (images, revoked);
    }

    /// <summary>Asks a verifier that knows nothing but what the log tells it now.</summary>
    private async Task SameAsBeforeAsync(string[] images, string revoked)
    {
        var fresh = Installation.StartVerifier($"fresh-{Guid.NewGuid():N}");
        await fresh.UntilReadyAsync(Cancellation);
        foreach (var image in images)
        {
            await Eventually.Async($"{image} is admitted", () => Review.AdmitsAsync(fresh, image, Cancellation), Cancellation,
                () => string.Join("\n--\n", Installation.Signers.Append(fresh).Select(service => service.Output)), TimeSpan.FromSeconds(120));
        }

        await Eventually.Async("it knows the revocation", async () => await Metrics.SumAsync([fresh], "kritis_index_revocations", Cancellation) == 1, Cancellation);
        (await Review.AdmitsAsync(fresh, revoked, Cancellation)).Should().BeFalse();
        await Eventually.Async(
            "every attestation is back", async () => await Metrics.SumAsync([fresh], "kritis_index_attestations", Cancellation) == images.Length + 1, Cancellation,
            () => fresh.Output);
    }

    private static Task<double> SignaturesAsync(IEnumerable<ServiceProcess> signers) => Metrics.SumAsync(signers, "kritis_kms_signatures_total", Cancellation);
}
