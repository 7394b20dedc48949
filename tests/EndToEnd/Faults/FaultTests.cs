using System.Globalization;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Faults;

/// <summary>
/// Everything breaks, by plan, while images are pushed and admitted. <c>KRITIS_FAULT_SECONDS</c> and <c>KRITIS_FAULT_SEED</c> make it longer and
/// another one; <c>tests/faults</c> sets them.
/// </summary>
public class FaultTests
{
    private const int ConcurrentPushes = 32;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void The_same_seed_repeats_the_same_plan_and_every_kind_of_fault_has_its_turn()
    {
        var plan = FaultPlan.Of(7, TimeSpan.FromMinutes(1));

        FaultPlan.Of(7, TimeSpan.FromMinutes(1)).Should().Equal(plan);
        FaultPlan.Of(8, TimeSpan.FromMinutes(1)).Should().NotEqual(plan);
        plan.Select(fault => fault.Kind).Distinct().Should().BeEquivalentTo(Enum.GetValues<FaultKind>());
    }

    [Fact]
    public async Task G2_G3_G5_G6_whatever_breaks_every_accepted_push_is_attested_and_nothing_else_is_admitted()
    {
        var (seed, length) = (Setting("KRITIS_FAULT_SEED", 20261124), TimeSpan.FromSeconds(Setting("KRITIS_FAULT_SECONDS", 50)));
        var figures = new FaultFigures();
        await using var installation = await FaultyInstallation.StartAsync(Cancellation);
        using var pushes = new PushedByTest(installation, figures);
        var watch = new AdmissionWatch(installation, pushes, figures);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var pushed = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var watching = new[] { watch.RunAsync(0, ended.Token), watch.RunAsync(1, ended.Token) };
        var pushing = pushes.RunAsync(pushed.Token);

        Tell($"seed: {seed}, seconds: {length.TotalSeconds}, the full disk is {(installation.Disk.IsMounted ? "a tmpfs" : "a folder that is put away, as none may be mounted here")}");
        await new FaultInjector(installation, watch, figures).RunAsync(FaultPlan.Of(seed, length), Cancellation);
        await pushed.CancelAsync();
        await pushing;
        await SettleAsync(installation, pushes, figures);
        await ended.CancelAsync();
        await Task.WhenAll(watching);
        await CountAsync(installation, pushes, figures);

        Tell(figures.ToString());
        figures.Violations.Should().BeEmpty();
        figures.PaidTwice.Should().BeLessThanOrEqualTo(MostPaidTwice(figures), "only what was under way when something broke may be paid for again");
    }

    /// <summary>Everything works again: the error queue is re-driven, and both verifiers come to know every accepted push.</summary>
    private static async Task SettleAsync(FaultyInstallation installation, PushedByTest pushes, FaultFigures figures)
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        foreach (var service in installation.Signers.Concat(installation.Verifiers))
        {
            await service.UntilReadyAsync(Cancellation, FaultyInstallation.Patience);
        }

        await Eventually.Async("the work queue is empty", async () => await bus.CountAsync(MessageNames.SigningQueue, Cancellation) == 0, Cancellation,
            () => string.Join("\n--\n", installation.Signers.Select(signer => signer.Output)), FaultyInstallation.Patience);
        await Eventually.Async("every accepted push is admitted by both verifiers", async () =>
        {
            var unknown = await UnknownAsync(installation, pushes.Accepted);
            if (unknown.Count > 0 && await ErrorsAsync(bus) is var errors and > 0)
            {
                figures.Redriven += (int)errors;
                _ = await installation.KritisAsync(Cancellation, "errors", "retry", "--all");
            }

            return unknown.Count == 0;
        }, Cancellation, () => string.Join("\n--\n", installation.Signers.Concat(installation.Verifiers).Select(service => service.Output)), FaultyInstallation.Patience);
    }

    private static async Task<IReadOnlyList<string>> UnknownAsync(FaultyInstallation installation, IReadOnlyList<string> images)
    {
        var unknown = new List<string>();
        foreach (var image in images)
        {
            foreach (var verifier in installation.Verifiers)
            {
                if (!await Review.AdmitsAsync(verifier, image, Cancellation))
                {
                    unknown.Add(image);
                }
            }
        }

        return unknown;
    }

    private static async Task<uint> ErrorsAsync(BusProbe bus)
    {
        try
        {
            return await bus.CountAsync(MessageNames.SigningErrors, Cancellation);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return 0;
        }
    }

    private static async Task CountAsync(FaultyInstallation installation, PushedByTest pushes, FaultFigures figures)
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ReplayAsync(MessageNames.AttestationLog, Cancellation);
        await Eventually.Async("the log is read", () => pushes.Accepted.All(Logged(bus).Contains), Cancellation);
        var records = bus.Heard.Where(heard => heard.Exchange == MessageNames.AttestationCreated).ToArray();
        foreach (var image in records.GroupBy(record => record.Text("image")!))
        {
            if (image.Select(record => record.Text("id")).Distinct().Count() != 1)
            {
                figures.Violated($"G5 {image.Key} has attestations with different ids");
            }

            if (!pushes.Accepted.Contains(image.Key))
            {
                figures.Violated($"G1 {image.Key} is attested and was not accepted under a rule");
            }
        }

        figures.LoggedTwice = records.Length - records.DistinctBy(record => record.Text("id")).Count();
        var paid = installation.PaidSignatures();
        figures.PaidTwice = paid.Count - paid.Distinct().Count();
        var counts = new List<double>();
        foreach (var verifier in installation.Verifiers)
        {
            // What was filed at its last start is verified, and counted, in the background.
            await Eventually.Async(
                "what was filed is verified", async () => await Metrics.SumAsync([verifier], "kritis_index_attestations", Cancellation) >= pushes.Accepted.Count,
                Cancellation, () => verifier.Output);
            counts.Add(await Metrics.SumAsync([verifier], "kritis_index_attestations", Cancellation));
        }

        if (counts.Distinct().Count() != 1 || counts[0] != pushes.Accepted.Count)
        {
            figures.Violated($"the verifiers' indexes hold {string.Join(" and ", counts)} attestations of {pushes.Accepted.Count} accepted pushes");
        }
    }

    private static HashSet<string> Logged(BusProbe bus) => [.. bus.Heard.Select(heard => heard.Text("image") ?? "")];

    /// <summary>A signature whose way to the log was cut off is made again by whoever gets the push next: at most one for each push in hand, each time.</summary>
    private static int MostPaidTwice(FaultFigures figures) => ConcurrentPushes * figures.Faults
        .Where(fault => fault.Key is FaultKind.KillSigner or FaultKind.SuspendSigner or FaultKind.CutSignerFromBroker or FaultKind.SlowSignerToBroker
            or FaultKind.KillBroker or FaultKind.SuspendBroker)
        .Sum(fault => fault.Value);

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static void Tell(string text) => TestContext.Current.TestOutputHelper!.WriteLine(text);
}
