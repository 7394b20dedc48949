using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Scale;

/// <summary>Admissions over HTTPS of more verifiers, and of verifiers with more attestations: all are there from the start, and asked in turn.</summary>
internal sealed class EndpointScale(Figures figures, ScaleSizes sizes)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        figures.Title("admission-http: median of the rounds");
        await using var verifiers = new ScaledVerifiers();
        var cases = new List<ScaleCase>();
        foreach (var attestations in sizes.Attestations)
        {
            var first = attestations == sizes.Attestations[0];
            var log = GeneratedLog.In(sizes.Cache, attestations, Console.Error);
            var started = await verifiers.StartAsync(log, first ? sizes.Replicas[^1] : 1, cancellationToken);
            cases.AddRange((first ? sizes.Replicas : [1]).Select(count => new ScaleCase(attestations, [.. started.Take(count)])));
        }

        await verifiers.ConnectAsync(cancellationToken);
        for (var round = 0; round < sizes.Rounds; round++)
        {
            foreach (var one in cases)
            {
                await one.MeasureAsync(TimeSpan.FromSeconds(sizes.Seconds), cancellationToken);
            }
        }

        cases.ForEach(Tell);
        ScaleCase fewest = cases[0], most = cases[^1], replicas = cases[sizes.Replicas.Length - 1];
        Judge($"admissions a second with {most.Attestations} attestations against {fewest.Attestations}", most, fewest);
        Judge($"admissions a second of {replicas.Verifiers} verifiers on the same cores against {fewest.Verifiers}", replicas, fewest);
    }

    private void Tell(ScaleCase one)
    {
        var name = $"verifiers: {one.Verifiers}, attestations: {one.Attestations}";
        figures.Add($"{name}, admissions", one.Rates.Median(), "admissions/s");
        figures.Add($"{name}, p99", one.P99.Median(), "µs");
        figures.Add($"{name}, CPU of the verifiers", one.Cpu.Median(), "µs each");
    }

    private void Judge(string name, ScaleCase ours, ScaleCase other) =>
        figures.Judge(name, ours.Rates.Zip(other.Rates, (more, less) => more / less).Median(), "", 0.9, atLeast: true);
}
