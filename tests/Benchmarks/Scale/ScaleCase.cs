using Kritis.Events.Benchmarks.Endpoint;

namespace Kritis.Events.Benchmarks.Scale;

/// <summary>Some verifiers that are asked at the same time, each over connections of its own.</summary>
internal sealed class ScaleCase(int attestations, IReadOnlyList<ScaledVerifier> verifiers)
{
    private readonly List<LoadMeasure[]> _rounds = [];

    public int Attestations => attestations;

    public int Verifiers => verifiers.Count;

    /// <summary>Admissions a second of all together, each round's.</summary>
    public IEnumerable<double> Rates => _rounds.Select(round => round.Sum(one => one.PerSecond));

    /// <summary>The slowest verifier's, in microseconds.</summary>
    public IEnumerable<double> P99 => _rounds.Select(round => round.Max(one => one.P99));

    /// <summary>CPU time of a verifier for each admission, in microseconds.</summary>
    public IEnumerable<double> Cpu => _rounds.Select(round => round.Average(one => one.Cpu));

    public async Task MeasureAsync(TimeSpan duration, CancellationToken cancellationToken) => _rounds.Add(await Task.WhenAll(
        verifiers.Select(verifier => Load.RunAsync(verifier.Connections, duration, verifier.Server.Id, cancellationToken))));
}
