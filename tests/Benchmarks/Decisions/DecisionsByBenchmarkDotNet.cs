using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Kritis.Events.Benchmarks.Data;

namespace Kritis.Events.Benchmarks.Decisions;

/// <summary>The same decision, measured by BenchmarkDotNet: a second opinion on time and allocation.</summary>
public class DecisionsByBenchmarkDotNet
{
    private DecisionPath _path = null!;
    private byte[] _pod = null!;

    /// <summary>How many attestations the index holds.</summary>
    [Params(1_000, 1_000_000)]
    public int Attestations { get; set; }

    /// <summary>Runs it in this process and prints its table.</summary>
    public static void Run()
    {
        var job = Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance);
        var config = ManualConfig.Create(DefaultConfig.Instance).AddJob(job).AddDiagnoser(MemoryDiagnoser.Default)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "kritis-benchmarks", "benchmarkdotnet"));
        _ = BenchmarkRunner.Run<DecisionsByBenchmarkDotNet>(config);
    }

    /// <summary>Fills the index.</summary>
    [GlobalSetup]
    public void Fill()
    {
        using var key = BenchmarkKey.In(Path.Combine(Path.GetTempPath(), "kritis-benchmarks", "release.pem"));
        var witness = key.Witness;
        _path = new DecisionPath(FilledIndex.With(Attestations, witness), witness, otherPolicies: 0);
        _pod = Reviews.OfPod(BenchmarkImages.Of(Attestations / 2).ToString());
    }

    /// <summary>Answers a Pod's review.</summary>
    [Benchmark]
    public bool Pod() => _path.Answer(_pod);
}
