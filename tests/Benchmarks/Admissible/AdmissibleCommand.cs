using System.CommandLine;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Admissible;

/// <summary><c>push-to-admissible</c>: from the intake's 2xx to the first admission.</summary>
internal static class AdmissibleCommand
{
    private static readonly Option<int> Rounds = CommonOptions.Rounds();
    private static readonly Option<int> Pushes = new("--pushes") { Description = "How many pushes each round has.", DefaultValueFactory = _ => 500 };
    private static readonly Option<double> Rate = new("--rate") { Description = "Pushes a second.", DefaultValueFactory = _ => 50 };

    public static Command Create()
    {
        var command = new Command("push-to-admissible", "Time from the intake's 2xx to the first admission, against the sum of what cannot be avoided.")
        {
            Rounds, Pushes, Rate,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var benchmark = new AdmissibleBenchmark(
            new Figures(parsed.InvocationConfiguration.Output), parsed.GetValue(Rounds), parsed.GetValue(Pushes), parsed.GetValue(Rate));
        await benchmark.RunAsync(cancellationToken);
        return 0;
    }
}
