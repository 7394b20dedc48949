using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Endpoint;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Scale;

/// <summary>Admissions over HTTPS with more verifiers, and with more attestations in each.</summary>
internal sealed class EndpointScale(Figures figures, ScaleSizes sizes)
{
    private const int Connections = 4;
    private const int WarmUp = 5_000;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        figures.Title("admission-http: median of the rounds");
        var byAttestations = new List<double>();
        foreach (var attestations in sizes.Attestations)
        {
            var rates = await MeasureAsync(attestations, [1], cancellationToken);
            byAttestations.Add(rates[0]);
        }

        var byReplicas = await MeasureAsync(sizes.Attestations[0], sizes.Replicas, cancellationToken);
        figures.Judge(
            $"admissions a second with {sizes.Attestations[^1]} attestations against {sizes.Attestations[0]}", byAttestations[^1] / byAttestations[0], "", 0.9, atLeast: true);
        figures.Judge(
            $"admissions a second of {sizes.Replicas[^1]} verifiers on the same cores against {sizes.Replicas[0]}", byReplicas[^1] / byReplicas[0], "", 0.9, atLeast: true);
    }

    private async Task<double[]> MeasureAsync(int attestations, int[] replicas, CancellationToken cancellationToken)
    {
        var log = GeneratedLog.In(sizes.Cache, attestations, Console.Error);
        using var key = BenchmarkKey.In(log.KeyFile);
        using var folder = new VerifierFolder(key.Witness, otherPolicies: 99);
        var verifiers = new List<ServerUnderLoad>();
        try
        {
            for (var number = 0; number < replicas[^1]; number++)
            {
                verifiers.Add(ServerUnderLoad.StartVerifier(core: null, BuiltService.Loopback("https"), folder.Settings($"verifier-{number}", log.File)));
                await verifiers[number].UntilAnsweringAsync("/readyz", cancellationToken);
            }

            return await LoadAsync(verifiers, attestations, replicas, cancellationToken);
        }
        finally
        {
            foreach (var verifier in verifiers)
            {
                await verifier.DisposeAsync();
            }
        }
    }

    private async Task<double[]> LoadAsync(List<ServerUnderLoad> verifiers, int attestations, int[] replicas, CancellationToken cancellationToken)
    {
        var review = Reviews.OfPod(BenchmarkImages.Of(0).ToString());
        var open = new List<ILoadConnection[]>();
        foreach (var verifier in verifiers)
        {
            open.Add(await OpenAsync(verifier, review, cancellationToken));
        }

        var measured = replicas.ToDictionary(count => count, _ => new List<LoadMeasure[]>());
        for (var round = 0; round < sizes.Rounds; round++)
        {
            foreach (var count in replicas)
            {
                measured[count].Add(await Task.WhenAll(Enumerable.Range(0, count).Select(number =>
                    Load.RunAsync(open[number], TimeSpan.FromSeconds(sizes.Seconds), verifiers[number].Id, cancellationToken))));
            }
        }

        foreach (var connection in open.SelectMany(of => of))
        {
            await connection.DisposeAsync();
        }

        return [.. replicas.Select(count => Tell(measured[count], attestations, count))];
    }

    private double Tell(List<LoadMeasure[]> rounds, int attestations, int replicas)
    {
        var name = $"{replicas} verifiers, {attestations} attestations";
        var rate = rounds.Select(round => round.Sum(one => one.PerSecond)).Median();
        figures.Add($"{name}, admissions", rate, "admissions/s");
        figures.Add($"{name}, p99", rounds.Select(round => round.Max(one => one.P99)).Median(), "µs");
        figures.Add($"{name}, CPU of the verifiers", rounds.Select(round => round.Average(one => one.Cpu)).Median(), "µs each");
        return rate;
    }

    private static async Task<ILoadConnection[]> OpenAsync(ServerUnderLoad verifier, byte[] review, CancellationToken cancellationToken)
    {
        using var body = new ByteArrayContent(review) { Headers = { ContentType = new("application/json") } };
        using var answer = await verifier.Http.PostAsync(new Uri("/validate", UriKind.Relative), body, cancellationToken);
        var scenario = new HttpScenario("pod-allowed", review, await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken));
        var open = await Load.OpenAsync(http: 1, Connections, new Uri(verifier.Address, "/validate?timeout=10s"), scenario, cancellationToken);
        await Task.WhenAll(open.Select(connection => Load.RepeatAsync(connection, WarmUp / Connections, cancellationToken)));
        return open;
    }
}
