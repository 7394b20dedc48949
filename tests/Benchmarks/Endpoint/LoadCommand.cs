using System.CommandLine;
using System.Text.Json;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary><c>load</c> (hidden): asks the verifier and the bare server in turn, and prints a <see cref="LoadResult"/> a line.</summary>
internal static class LoadCommand
{
    private static readonly Option<string> Verifier = new("--verifier") { Required = true };
    private static readonly Option<string> Bare = new("--bare") { Required = true };
    private static readonly Option<int> VerifierId = new("--verifier-id") { Required = true };
    private static readonly Option<int> BareId = new("--bare-id") { Required = true };
    private static readonly Option<string> Folder = new("--scenarios") { Required = true };
    private static readonly Option<int> Rounds = new("--rounds") { Required = true };
    private static readonly Option<double> Seconds = new("--seconds") { Required = true };
    private static readonly Option<int[]> Connections = new("--connections") { Required = true };
    private static readonly Option<int[]> Http = new("--http") { Required = true };

    public static Command Create()
    {
        var command = new Command("load", "Load for admission-http.") { Verifier, Bare, VerifierId, BareId, Folder, Rounds, Seconds, Connections, Http };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds));
        var output = parsed.InvocationConfiguration.Output;
        foreach (var scenario in HttpScenario.In(parsed.GetRequiredValue(Folder)))
        {
            var verifier = ("verifier", new Uri(parsed.GetRequiredValue(Verifier)), parsed.GetValue(VerifierId));
            var bare = ("bare", new Uri(new Uri(parsed.GetRequiredValue(Bare)), scenario.Name), parsed.GetValue(BareId));
            foreach (var http in parsed.GetRequiredValue(Http))
            {
                foreach (var connections in parsed.GetRequiredValue(Connections))
                {
                    await MeasureAsync(scenario, http, connections, [verifier, bare], parsed.GetValue(Rounds), duration, output, cancellationToken);
                }
            }
        }
    }

    private static async Task MeasureAsync(
        HttpScenario scenario, int http, int connections, (string Name, Uri Target, int Id)[] servers, int rounds, TimeSpan duration, TextWriter output, CancellationToken cancellationToken)
    {
        var open = new Dictionary<string, ILoadConnection[]>();
        foreach (var (name, target, id) in servers)
        {
            open[name] = await Load.OpenAsync(http, connections, target, scenario, cancellationToken);
            // Connections that are new and code that is still compiled are not what is measured.
            _ = await Load.RunAsync(open[name], duration, id, cancellationToken);
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, _, id) in servers)
            {
                var seen = await Load.RunAsync(open[name], duration, id, cancellationToken);
                var result = new LoadResult
                {
                    Scenario = scenario.Name,
                    Http = http,
                    Connections = connections,
                    Server = name,
                    PerSecond = seen.PerSecond,
                    P50 = seen.P50,
                    P99 = seen.P99,
                    Cpu = seen.Cpu,
                };
                await output.WriteLineAsync(JsonSerializer.Serialize(result, LoadJson.Default.LoadResult));
            }
        }

        foreach (var connection in open.Values.SelectMany(of => of))
        {
            await connection.DisposeAsync();
        }
    }
}
