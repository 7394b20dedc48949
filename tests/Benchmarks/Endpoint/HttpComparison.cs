using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary>Sets the verifier's figures beside the bare server's: each round's with those of the same round.</summary>
internal sealed class HttpComparison(Figures figures, IReadOnlyList<LoadResult> results)
{
    public void Tell()
    {
        figures.Title("verifier against bare server: median of the rounds");
        var compared = results.GroupBy(result => (result.Scenario, result.Http, result.Connections)).Select(Compare).ToArray();
        figures.Judge("throughput against the bare server, median of all cases", compared.Select(one => one.Throughput).Median(), "", 0.90, atLeast: true);
        figures.Judge("throughput against the bare server, worst case", compared.Min(one => one.Throughput), "", 0.90, atLeast: true);
        figures.Judge("p99 against the bare server, median of all cases", compared.Select(one => one.P99).Median(), "", 1.5, atLeast: false);
        figures.Judge("p99 against the bare server, worst case", compared.Max(one => one.P99), "", 1.5, atLeast: false);
    }

    private (double Throughput, double P99) Compare(IGrouping<(string Scenario, int Http, int Connections), LoadResult> one)
    {
        var name = $"{one.Key.Scenario}, HTTP/{(one.Key.Http == 1 ? "1.1" : "2")}, {one.Key.Connections} connections";
        LoadResult[] verifier = [.. one.Where(result => result.Server == "verifier")], bare = [.. one.Where(result => result.Server == "bare")];
        Add($"{name}, verifier", verifier);
        Add($"{name}, bare", bare);
        var throughput = verifier.Zip(bare, (ours, theirs) => ours.PerSecond / theirs.PerSecond).Median();
        var p99 = verifier.Zip(bare, (ours, theirs) => ours.P99 / theirs.P99).Median();
        figures.Add($"{name}, throughput ratio", throughput, "");
        var cpu = verifier.Zip(bare, (ours, theirs) => ours.Cpu - theirs.Cpu).Median();
        figures.Add($"{name}, p99 ratio", p99, "");
        figures.Add($"{name}, CPU beyond the bare server's", cpu, "µs each");
        return (throughput, p99);
    }

    private void Add(string name, LoadResult[] rounds)
    {
        figures.Add(name, rounds.Select(round => round.PerSecond).Median(), "admissions/s");
        figures.Add($"{name}, p50", rounds.Select(round => round.P50).Median(), "µs");
        figures.Add($"{name}, p99", rounds.Select(round => round.P99).Median(), "µs");
        figures.Add($"{name}, CPU", rounds.Select(round => round.Cpu).Median(), "µs each");
    }
}
