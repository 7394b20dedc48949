using System.CommandLine;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Decisions;

/// <summary><c>admission-decision</c>: reviews decided in this process by one thread.</summary>
internal static class DecisionCommand
{
    private static readonly Option<int> Attestations = CommonOptions.Attestations();
    private static readonly Option<int> Rounds = CommonOptions.Rounds();
    private static readonly Option<double> Seconds = CommonOptions.Seconds(0.5);
    private static readonly Option<int> Policies = new("--policies") { Description = "How many policies do not select the namespace, at most.", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<bool> BenchmarkDotNet = new("--benchmarkdotnet") { Description = "Measures it with BenchmarkDotNet as well, in this process." };

    public static Command Create()
    {
        var command = new Command("admission-decision", "Decisions a second and core, allocated bytes, and whether they stay flat.")
        {
            Attestations, Policies, Rounds, Seconds, BenchmarkDotNet,
        };
        command.SetAction(parsed => Run(parsed));
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var benchmark = new DecisionBenchmark(
            new Figures(parsed.InvocationConfiguration.Output), parsed.GetValue(Attestations), parsed.GetValue(Policies),
            parsed.GetValue(Rounds), TimeSpan.FromSeconds(parsed.GetValue(Seconds)));
        benchmark.Run();
        if (parsed.GetValue(BenchmarkDotNet))
        {
            DecisionsByBenchmarkDotNet.Run();
        }

        return 0;
    }
}
