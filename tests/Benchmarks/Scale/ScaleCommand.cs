using System.CommandLine;
using System.Globalization;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Scale;

/// <summary><c>scale</c>: how admissions, signing and starts grow with replicas and attestations.</summary>
internal static class ScaleCommand
{
    private static readonly string[] AllParts = ["admission-http", "signing", "cold-start"];

    private static readonly Option<string[]> Parts = new("--part")
    {
        Description = $"What is measured: {string.Join(", ", AllParts)}; all unless some are named.",
        DefaultValueFactory = _ => AllParts,
    };

    private static readonly Option<int[]> Attestations = new("--attestations")
    {
        Description = "How many attestations the log holds; rising, at least two sizes.",
        DefaultValueFactory = _ => [10_000, 100_000, 1_000_000],
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int[]> Replicas = new("--replicas")
    {
        Description = "How many signers or verifiers there are; rising, from 1.",
        DefaultValueFactory = _ => [1, 2, 4],
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "How often each is measured, in turn.", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Starts = new("--starts") { Description = "How often verifiers are started on each size.", DefaultValueFactory = _ => 3 };
    private static readonly Option<double> Seconds = CommonOptions.Seconds(2);
    private static readonly Option<int> Pushes = new("--pushes") { Description = "How many pushes each round of signing has.", DefaultValueFactory = _ => 500 };
    private static readonly Option<DirectoryInfo> Cache = CommonOptions.Cache();

    public static Command Create()
    {
        _ = Parts.AcceptOnlyFromAmong(AllParts);
        var command = new Command("scale", "How admissions, signing and starts grow with replicas and attestations, and what that comes to for 10,000 clusters.")
        {
            Parts, Attestations, Replicas, Rounds, Starts, Seconds, Pushes, Cache,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var figures = new Figures(parsed.InvocationConfiguration.Output);
        var sizes = new ScaleSizes
        {
            Attestations = parsed.GetRequiredValue(Attestations),
            Replicas = parsed.GetRequiredValue(Replicas),
            Rounds = parsed.GetValue(Rounds),
            Starts = parsed.GetValue(Starts),
            Seconds = parsed.GetValue(Seconds),
            Pushes = parsed.GetValue(Pushes),
            Cache = parsed.GetRequiredValue(Cache),
        };
        PrintSizes(figures, sizes);
        foreach (var part in parsed.GetRequiredValue(Parts))
        {
            await (part switch
            {
                "admission-http" => new EndpointScale(figures, sizes).RunAsync(cancellationToken),
                "signing" => new SigningScale(figures, sizes).RunAsync(cancellationToken),
                _ => StartAsync(figures, sizes, cancellationToken),
            });
        }

        figures.Finish();
        return 0;
    }

    private static async Task StartAsync(Figures figures, ScaleSizes sizes, CancellationToken cancellationToken) =>
        new Calculation(figures, await new StartScale(figures, sizes).RunAsync(cancellationToken)).Tell();

    private static void PrintSizes(Figures figures, ScaleSizes sizes)
    {
        Machine.Print(figures);
        figures.Title("sizes");
        figures.Add("attestations", string.Join(", ", sizes.Attestations));
        figures.Add("signers or verifiers", string.Join(", ", sizes.Replicas));
        figures.Add("rounds", string.Create(CultureInfo.InvariantCulture, $"{sizes.Rounds}, in turn; of {sizes.Seconds} s or {sizes.Pushes} pushes each; {sizes.Starts} starts"));
        figures.Add("cores", "all processes share all");
    }
}
