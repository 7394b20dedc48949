using System.CommandLine;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Soak;

/// <summary><c>soak</c>: even load for as long as wanted; ends with 1 where memory or descriptors grow.</summary>
internal static class SoakCommand
{
    private static readonly Option<double> Minutes = new("--minutes") { Description = "How long there is load.", DefaultValueFactory = _ => 60 };
    private static readonly Option<double> WarmUp = new("--warm-up") { Description = "How long there is load before the first sample, in seconds.", DefaultValueFactory = _ => 60 };
    private static readonly Option<double> Interval = new("--interval") { Description = "How far samples are apart, in seconds.", DefaultValueFactory = _ => 15 };
    private static readonly Option<double> Pushes = new("--pushes") { Description = "Pushes a second.", DefaultValueFactory = _ => 5 };
    private static readonly Option<double> Admissions = new("--admissions") { Description = "Admissions a second.", DefaultValueFactory = _ => 100 };

    public static Command Create()
    {
        var command = new Command("soak", "Even load on all services; ends with 1 where memory or descriptors do not stay flat.") { Minutes, WarmUp, Interval, Pushes, Admissions };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var figures = new Figures(parsed.InvocationConfiguration.Output);
        var benchmark = new SoakBenchmark(figures)
        {
            Duration = TimeSpan.FromMinutes(parsed.GetValue(Minutes)),
            WarmUp = TimeSpan.FromSeconds(parsed.GetValue(WarmUp)),
            Interval = TimeSpan.FromSeconds(parsed.GetValue(Interval)),
            Pushes = parsed.GetValue(Pushes),
            Admissions = parsed.GetValue(Admissions),
        };
        await benchmark.RunAsync(cancellationToken);
        return figures.AllReached ? 0 : 1;
    }
}
