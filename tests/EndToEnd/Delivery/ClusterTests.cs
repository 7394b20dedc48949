using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.Faults;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Delivery;

/// <summary>RabbitMQ as a cluster of three nodes, all of which <c>Bus:Uri</c> names.</summary>
public class ClusterTests
{
    private const int Meanwhile = 25;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G2_G5_G6_one_node_is_killed_under_load_and_comes_back_then_another_and_no_push_is_lost()
    {
        var figures = new FaultFigures();
        await using var cluster = await RabbitMqCluster.StartAsync(Cancellation);
        await using var installation = await FaultyInstallation.StartAsync(Cancellation, new FaultySetup { Cluster = cluster });
        using var pushes = new PushedByTest(installation, figures);
        using var pushed = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var pushing = pushes.RunAsync(pushed.Token);
        await AcceptedAsync(installation, pushes, Meanwhile);

        foreach (var node in new[] { 0, 1 })
        {
            await cluster.Nodes[node].KillAsync();
            // With two of three nodes pushes are still taken.
            await AcceptedAsync(installation, pushes, pushes.Accepted.Count + Meanwhile);
            await cluster.Nodes[node].RestartAsync(Cancellation);
            await cluster.UntilWholeAsync(Cancellation);
        }

        await AcceptedAsync(installation, pushes, pushes.Accepted.Count + Meanwhile);
        await pushed.CancelAsync();
        await pushing;
        foreach (var verifier in installation.Verifiers)
        {
            await Eventually.Async("every accepted push is admitted", async () =>
            {
                foreach (var image in pushes.Accepted)
                {
                    if (!await Review.AdmitsAsync(verifier, image, Cancellation))
                    {
                        return false;
                    }
                }

                return true;
            }, Cancellation, () => Output(installation), Patience);
        }

        await using var bus = await BusProbe.ConnectAsync(cluster.Nodes[2], Cancellation);
        await bus.ReplayAsync(MessageNames.AttestationLog, Cancellation);
        await Eventually.Async("the log is read", () => pushes.Accepted.All(image => Records(bus).Any(record => record.Text("image") == image)), Cancellation);
        foreach (var image in Records(bus).GroupBy(record => record.Text("image")))
        {
            image.Select(record => record.Text("id")).Distinct().Should().ContainSingle($"{image.Key} is attested once by one key");
        }

        Records(bus).Select(record => record.Text("image")).Distinct().Should().BeEquivalentTo(pushes.Accepted);
        (await bus.CountAsync(MessageNames.SigningErrors, Cancellation)).Should().Be(0);
        foreach (var verifier in installation.Verifiers)
        {
            // What was filed at a start is verified, and counted, in the background.
            await Eventually.Async(
                "the index holds what was accepted", async () => await Metrics.SumAsync([verifier], "kritis_index_attestations", Cancellation) == pushes.Accepted.Count,
                Cancellation, () => verifier.Output);
        }
    }

    private static Task AcceptedAsync(FaultyInstallation installation, PushedByTest pushes, int count) =>
        Eventually.Async($"{count} pushes are accepted", () => pushes.Accepted.Count >= count, Cancellation, () => Output(installation), Patience);

    private static IReadOnlyList<Heard> Records(BusProbe bus) => [.. bus.Heard.Where(heard => heard.Exchange == MessageNames.AttestationCreated)];

    private static string Output(FaultyInstallation installation) =>
        string.Join("\n--\n", installation.Signers.Concat(installation.Verifiers).Select(service => service.Output));
}
