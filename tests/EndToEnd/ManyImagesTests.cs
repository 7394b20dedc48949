using System.Diagnostics;
using System.Globalization;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd;

/// <summary>A registry of many images; <c>tests/reconcile</c> runs it with 2,000.</summary>
public sealed class ManyImagesTests : OwnInstallation
{
    private const int Repositories = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static int Images => Number("KRITIS_RECONCILE_IMAGES", 120);

    private static int Missing => Number("KRITIS_RECONCILE_MISSING", 30);

    [Fact]
    public async Task G2_what_was_pushed_while_no_signer_ran_is_signed_and_a_log_that_is_lost_comes_back_without_one_signature()
    {
        await PushAsync(0, Images - Missing);
        await AttestedAsync(Installation.Verifiers[0], Images - Missing);
        await Task.WhenAll(Installation.Signers.Select(signer => signer.KillAsync()));
        await PushAsync(Images - Missing, Images);
        var signer = Installation.StartSigner("after", Installation.Loopback("http"), new Dictionary<string, string> { ["Reconcile:AtStart"] = "false" });
        await signer.UntilReadyAsync(Cancellation);

        var clock = Stopwatch.StartNew();
        await ReconcileAsync($"{Images - Missing} attested, 0 brought back to the log, {Missing} sent");
        await AttestedAsync(Installation.Verifiers[0], Images);
        Tell($"images: {Images}, of which pushed while no signer ran: {Missing}");
        Tell($"seconds from 'kritis reconcile' until all are in a verifier's index: {Seconds(clock)}");
        (await SignaturesAsync(signer)).Should().Be(Missing, "each is signed once, and nothing else is");
        Tell($"signatures paid for: {await SignaturesAsync(signer)}");

        await AttachedAsync(Images);
        await signer.KillAsync();
        await Installation.Broker.LoseDataAsync();
        await Installation.Broker.RestartAsync(Cancellation);
        var fresh = Installation.StartVerifier("fresh");
        var next = Installation.StartSigner("next", Installation.Loopback("http"), new Dictionary<string, string> { ["Reconcile:AtStart"] = "false" });
        await next.UntilReadyAsync(Cancellation);
        await fresh.UntilReadyAsync(Cancellation);

        clock.Restart();
        await ReconcileAsync($"{Images} attested, {Images} brought back to the log, 0 sent");
        await AttestedAsync(fresh, Images);
        Tell($"seconds from 'kritis reconcile' over a lost log until all are in a fresh verifier's index: {Seconds(clock)}");
        (await SignaturesAsync(next)).Should().Be(0);
        Tell($"signatures paid for: {await SignaturesAsync(next)}");
    }

    private static async Task ReconcileAsync(Installation installation, string expected)
    {
        var (exit, told) = await KritisCommand.EndAsync(installation, Cancellation, "reconcile");
        (exit, told.Contains(expected, StringComparison.Ordinal)).Should().Be((0, true), told);
        Tell(told.TrimEnd().Split('\n')[^1]);
    }

    private Task ReconcileAsync(string expected) => ReconcileAsync(Installation, expected);

    private async Task PushAsync(int from, int to)
    {
        using var registry = new HttpClient { BaseAddress = new Uri($"http://{Installation.Registry.Address}") };
        // A repository at a time puts its blob first: CNCF Distribution is not at its best where two upload the same.
        await Parallel.ForAsync(0, Repositories, Cancellation, async (repository, cancelled) =>
        {
            for (var number = from; number < to; number++)
            {
                if (number % Repositories == repository)
                {
                    _ = await RawPush.PutImageAsync(registry, $"kritis-demo/app{repository}", $"v{number}", $"{number}", cancelled);
                }
            }
        });
    }

    private static Task AttestedAsync(ServiceProcess verifier, int count) => Eventually.Async($"{count} attestations are in the index",
        async () => await Metrics.SumAsync([verifier], "kritis_index_attestations", Cancellation) >= count, Cancellation, () => verifier.Output, Patience);

    // A signature is in the index before it is attached, and what was in hand when everything was lost is attached nowhere.
    private Task AttachedAsync(int count) => Eventually.Async($"{count} signatures are attached", async () =>
    {
        var attached = 0;
        foreach (var repository in Enumerable.Range(0, Repositories))
        {
            attached += (await AttachedSignatures.TagsAsync(Installation, $"kritis-demo/app{repository}", Cancellation)).Count(tag => tag.EndsWith(".sig", StringComparison.Ordinal));
        }

        return attached == count;
    }, Cancellation, patience: Patience);

    private static Task<double> SignaturesAsync(ServiceProcess signer) => Metrics.SumAsync([signer], "kritis_kms_signatures_total", Cancellation);

    private static string Seconds(Stopwatch clock) => clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);

    private static int Number(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } told ? int.Parse(told, CultureInfo.InvariantCulture) : otherwise;

    private static void Tell(string text) => TestContext.Current.TestOutputHelper!.WriteLine(text);
}
