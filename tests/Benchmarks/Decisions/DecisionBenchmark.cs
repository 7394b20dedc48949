using Kritis.Events.Attestations.Resources;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Decisions;

/// <summary>Measures decisions over a small and a large index and few and many policies, in turn.</summary>
internal sealed class DecisionBenchmark(Figures figures, int attestations, int policies, int rounds, TimeSpan duration)
{
    private const int FewAttestations = 1_000;
    private const int Reviewed = 512;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public void Run()
    {
        Machine.Print(figures);
        figures.Title("sizes");
        figures.Add("attestations", attestations, "");
        figures.Add("policies that do not select the namespace", policies, "");
        figures.Add("rounds", $"{rounds} of {duration.TotalSeconds:0.###} s each, in turn");
        using var key = BenchmarkKey.In(Path.Combine(Path.GetTempPath(), "kritis-benchmarks", "release.pem"));
        Measure(key.Witness);
        figures.Finish();
    }

    private void Measure(Witness witness)
    {
        var few = FilledIndex.With(Math.Min(FewAttestations, attestations), witness);
        var many = FilledIndex.With(attestations, witness);
        var plain = new DecisionPath(few, witness, otherPolicies: 0);
        var large = new DecisionPath(many, witness, otherPolicies: 0);
        var crowded = new DecisionPath(few, witness, policies);
        var (inFew, inMany) = (Pods(Math.Min(FewAttestations, attestations)), Pods(attestations));
        var unknown = Reviews.OfPod(BenchmarkImages.Of(attestations).ToString());
        var deployments = Enumerable.Range(0, Reviewed).Select(number => Reviews.OfDeployment(at => Attested(number + at, attestations))).ToArray();
        figures.Add("body of a Pod", inMany[0].Length, "bytes");
        figures.Add("body of a Deployment", deployments[0].Length, "bytes");

        DecisionMeasure Pod() => DecisionMeasure.Take(plain.Answer, inFew, admitted: true, duration);
        DecisionMeasure PodLarge() => DecisionMeasure.Take(large.Answer, inMany, admitted: true, duration);
        DecisionMeasure PodCrowded() => DecisionMeasure.Take(crowded.Answer, inFew, admitted: true, duration);
        DecisionMeasure PodDenied() => DecisionMeasure.Take(large.Answer, [unknown], admitted: false, duration);
        DecisionMeasure PodReported() => DecisionMeasure.Take(large.AnswerAndReport, inMany, admitted: true, duration);
        DecisionMeasure PodRead() => DecisionMeasure.Take(large.ReadOnly, inMany, admitted: true, duration);
        DecisionMeasure PodDecided() => DecisionMeasure.Take(large.DecideOnly, inMany, admitted: true, duration);
        DecisionMeasure Deployment() => DecisionMeasure.Take(large.Answer, deployments, admitted: true, duration);

        // What is measured first would otherwise be measured while it is still compiled.
        foreach (var path in new[] { plain, large, crowded })
        {
            _ = DecisionMeasure.Take(path.Answer, inFew, admitted: true, WarmUp < duration * 4 ? WarmUp : duration * 4);
        }

        var results = Rounds.Alternate(rounds, Pod, PodLarge, PodCrowded, PodDenied, PodReported, Deployment, PodRead, PodDecided);
        Tell(results);
    }

    private void Tell(List<DecisionMeasure>[] results)
    {
        string[] names =
        [
            "Pod, few attestations, one policy", "Pod, all attestations, one policy", "Pod, few attestations, all policies",
            "Pod that is denied, all attestations", "Pod, with the report for the bus", "Deployment of 5, all attestations",
            "Pod, only read", "Pod, only read and decided",
        ];
        figures.Title("decisions of one core: median of the rounds");
        for (var at = 0; at < names.Length; at++)
        {
            figures.Add(names[at], results[at].Select(round => round.PerSecond).Median(), "decisions/s");
            figures.Add($"{names[at]}, allocated", results[at].Select(round => round.Allocated).Median(), "bytes");
        }

        // The one of each round against the other of the same round.
        double Ratio(int at) => results[0].Zip(results[at], (few, other) => few.PerSecond / other.PerSecond).Median();
        figures.Judge("decisions a second and core, Pod, all attestations", results[1].Select(round => round.PerSecond).Median(), "decisions/s", 100_000, atLeast: true);
        figures.Judge("allocated beyond the body, Pod", results[1].Select(round => round.Allocated).Median(), "bytes", 1_024, atLeast: false);
        figures.Judge("cost with all attestations against few", Ratio(1), "", 1.2, atLeast: false);
        figures.Judge("cost with all policies against one", Ratio(2), "", 1.2, atLeast: false);
    }

    private static byte[][] Pods(int attested) => [.. Enumerable.Range(0, Reviewed).Select(number => Reviews.OfPod(Attested(number, attested)))];

    /// <summary>Images spread over the whole index.</summary>
    private static string Attested(int number, int attested) => BenchmarkImages.Of((int)((long)number * 7_919 % attested)).ToString();
}
