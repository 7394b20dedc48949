using System.Diagnostics;
using Kritis.Events.Benchmarks.ColdStart;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Scale;

/// <summary>Starts of verifiers on longer logs, and of several at the same time: time, memory, and what the broker sends to each.</summary>
internal sealed class StartScale(Figures figures, ScaleSizes sizes)
{
    private const double Kilobyte = 1024;

    /// <returns>What a start costs with each number of attestations.</returns>
    public async Task<IReadOnlyList<StartCost>> RunAsync(CancellationToken cancellationToken)
    {
        figures.Title("cold-start: median of the rounds");
        var costs = new List<StartCost>();
        foreach (var attestations in sizes.Attestations)
        {
            var all = await MeasureAsync(attestations, attestations == sizes.Attestations[0] ? sizes.Replicas : [1], cancellationToken);
            costs.Add(all[0]);
            foreach (var cost in all)
            {
                Tell(cost);
            }
        }

        return costs;
    }

    private async Task<List<StartCost>> MeasureAsync(int attestations, int[] replicas, CancellationToken cancellationToken)
    {
        var log = GeneratedLog.In(sizes.Cache, attestations, Console.Error);
        using var key = BenchmarkKey.In(log.KeyFile);
        using var folder = new VerifierFolder(key.Witness, otherPolicies: 99);
        await using var broker = await RabbitMqServer.StartAsync(cancellationToken);
        var stream = new FilledStream(broker.Uri, attestations);
        await stream.FillAsync(log.File, cancellationToken);
        var costs = replicas.ToDictionary(count => count, _ => new List<StartCost>());
        for (var round = 0; round < sizes.Starts; round++)
        {
            var drain = Stopwatch.StartNew();
            await stream.DrainAsync(cancellationToken);
            var drained = drain.Elapsed.TotalSeconds;
            foreach (var count in replicas)
            {
                costs[count].Add(await StartAsync(count, round, folder, broker, cancellationToken) with { Attestations = attestations, Drained = drained });
            }
        }

        return [.. costs.Select(of => StartCost.MedianOf(of.Key, of.Value))];
    }

    /// <summary>Starts verifiers at the same time, each behind a wire that counts what the broker sends.</summary>
    private static async Task<StartCost> StartAsync(int count, int round, VerifierFolder folder, RabbitMqServer broker, CancellationToken cancellationToken)
    {
        await using var wire = new TcpProxy(broker.Port);
        var settings = Enumerable.Range(0, count).Select(number => folder.Settings($"verifier-{count}-{round}-{number}", log: null)).ToArray();
        var watch = Stopwatch.StartNew();
        var verifiers = settings.Select(of =>
        {
            of["Bus:Uri"] = $"amqp://guest:guest@127.0.0.1:{wire.Port}/";
            return ServerUnderLoad.StartVerifier(core: null, BuiltService.Loopback("https"), of);
        }).ToArray();
        try
        {
            await Task.WhenAll(verifiers.Select(verifier => verifier.UntilAnsweringAsync("/readyz", cancellationToken)));
            var (ready, connections) = (watch.Elapsed.TotalSeconds, wire.Connections / (double)count);
            var resident = verifiers.Average(verifier => ProcessStatus.Of(verifier.Id).Peak);
            var heap = await ManagedHeap.CollectAsync(verifiers[0].Id, verifiers[0].Http, cancellationToken);
            return new StartCost(0, 0, ready, resident, heap, wire.Received / (double)count, connections);
        }
        finally
        {
            foreach (var verifier in verifiers)
            {
                await verifier.DisposeAsync();
            }
        }
    }

    private void Tell(StartCost cost)
    {
        var name = $"verifiers: {cost.Verifiers}, attestations: {cost.Attestations}";
        figures.Add($"{name}, bare drain", cost.Drained, "s");
        figures.Add($"{name}, start until all are ready", cost.Ready, "s");
        figures.Add($"{name}, most memory of one until then (RSS)", cost.Resident / ProcessStatus.Megabyte, "MiB");
        figures.Add($"{name}, heap of one after a collection", cost.Heap / ProcessStatus.Megabyte, "MiB");
        figures.Add($"{name}, sent by the broker to each", cost.Received / Kilobyte, "KiB");
        figures.Add($"{name}, connections of each to the broker", cost.Connections, "connections");
    }
}
