using System.CommandLine;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.ManyPods;

/// <summary><c>many-pods</c>: one verifier and the Pods of a large cluster, with a registry that is too busy.</summary>
internal static class ManyPodsCommand
{
    private static readonly Option<int> Pods = new("--pods") { Description = "How many Pods, of ten images each.", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<double> Rate = new("--rate") { Description = "Pods a second, when they come at an even rate.", DefaultValueFactory = _ => 500 };
    private static readonly Option<int> AtOnce = new("--at-once") { Description = "Pods at a time, when they come as fast as they are answered.", DefaultValueFactory = _ => 64 };
    private static readonly Option<int> Rounds = CommonOptions.Rounds();
    private static readonly Option<int> Memory = new("--memory") { Description = "The verifier's memory limit, in MiB: the manifests' by default.", DefaultValueFactory = _ => 512 };
    private static readonly Option<DirectoryInfo> Cache = CommonOptions.Cache();

    public static Command Create()
    {
        var command = new Command("many-pods", "One verifier, 10,000 Pods of ten images each, and a registry that answers only 429.") { Pods, Rate, AtOnce, Rounds, Memory, Cache };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var figures = new Figures(parsed.InvocationConfiguration.Output);
        var benchmark = new ManyPodsBenchmark(figures)
        {
            Pods = parsed.GetValue(Pods),
            Rate = parsed.GetValue(Rate),
            AtOnce = parsed.GetValue(AtOnce),
            Rounds = parsed.GetValue(Rounds),
            Memory = parsed.GetValue(Memory),
            Cache = parsed.GetRequiredValue(Cache),
        };
        await benchmark.RunAsync(cancellationToken);
        return figures.AllReached ? 0 : 1;
    }
}
