using System.CommandLine;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary><c>admission-http</c>: the verifier's endpoint against a bare web server.</summary>
internal static class HttpCommand
{
    private static readonly Option<int> Attestations = CommonOptions.Attestations();
    private static readonly Option<int> Rounds = CommonOptions.Rounds();
    private static readonly Option<double> Seconds = CommonOptions.Seconds(1);
    private static readonly Option<DirectoryInfo> Cache = CommonOptions.Cache();
    private static readonly Option<int> Policies = new("--policies") { Description = "How many policies do not select the namespace.", DefaultValueFactory = _ => 99 };

    private static readonly Option<int[]> Connections = new("--connections")
    {
        Description = "How many connections at the same time.",
        DefaultValueFactory = _ => [1, 4, 64],
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int[]> Http = new("--http")
    {
        Description = "1 for HTTP/1.1, 2 for HTTP/2.",
        DefaultValueFactory = _ => [1, 2],
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int> WarmUp = new("--warm-up")
    {
        Description = "How many requests of each kind each server gets before anything is measured.",
        DefaultValueFactory = _ => 10_000,
    };

    private static readonly Option<bool> Pin = new("--pin")
    {
        Description = "Whether each server has the first core for itself and the load the others; without, they share all.",
        DefaultValueFactory = _ => Environment.ProcessorCount > 1,
    };

    private static readonly Option<bool> Broker = new("--broker")
    {
        Description = "Whether decisions go to a real broker, which shares the load's core, instead of the bus in memory.",
    };

    public static Command Create()
    {
        var command = new Command("admission-http", "Admissions a second over HTTPS, against a bare web server that answers the same.")
        {
            Attestations, Policies, Rounds, Seconds, Connections, Http, WarmUp, Pin, Broker, Cache,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var benchmark = new HttpBenchmark(new Figures(parsed.InvocationConfiguration.Output))
        {
            Attestations = parsed.GetValue(Attestations),
            Policies = parsed.GetValue(Policies),
            Rounds = parsed.GetValue(Rounds),
            Seconds = parsed.GetValue(Seconds),
            Connections = parsed.GetRequiredValue(Connections),
            Http = parsed.GetRequiredValue(Http),
            WarmUp = parsed.GetValue(WarmUp),
            Pin = parsed.GetValue(Pin),
            Broker = parsed.GetValue(Broker),
            Cache = parsed.GetRequiredValue(Cache),
        };
        await benchmark.RunAsync(cancellationToken);
        return 0;
    }
}
