using System.CommandLine;
using System.Text.Json;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary><c>load</c> (hidden): asks the verifier and the bare server in turn, and prints a <see cref="LoadResult"/> a line.</summary>
internal static class LoadCommand
{
    private const int WarmUpConnections = 4;
    private static readonly Option<string> Verifier = new("--verifier") { Required = true };
    private static readonly Option<string> Bare = new("--bare") { Required = true };
    private static readonly Option<int> VerifierId = new("--verifier-id") { Required = true };
    private static readonly Option<int> BareId = new("--bare-id") { Required = true };
    private static readonly Option<string> Folder = new("--scenarios") { Required = true };
    private static readonly Option<int> Rounds = new("--rounds") { Required = true };
    private static readonly Option<double> Seconds = new("--seconds") { Required = true };
    private static readonly Option<int[]> Connections = new("--connections") { Required = true };
    private static readonly Option<int[]> Http = new("--http") { Required = true };

    private static readonly Option<int> WarmUp = new("--warm-up") { Required = true };

    public static Command Create()
    {
        var command = new Command("load", "Load for admission-http.") { Verifier, Bare, VerifierId, BareId, Folder, Rounds, Seconds, Connections, Http, WarmUp };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds));
        var output = parsed.InvocationConfiguration.Output;
        var scenarios = HttpScenario.In(parsed.GetRequiredValue(Folder));
        (string Name, Uri Target, int Id)[] Servers(HttpScenario scenario) =>
        [
            ("verifier", new Uri(parsed.GetRequiredValue(Verifier)), parsed.GetValue(VerifierId)),
            ("bare", new Uri(new Uri(parsed.GetRequiredValue(Bare)), scenario.Name), parsed.GetValue(BareId)),
        ];
        await WarmUpAsync([.. scenarios.SelectMany(scenario => Servers(scenario).Select(server => (scenario, server.Target)))],
            parsed.GetRequiredValue(Http), parsed.GetValue(WarmUp), cancellationToken);
        foreach (var scenario in scenarios)
        {
            foreach (var http in parsed.GetRequiredValue(Http))
            {
                foreach (var connections in parsed.GetRequiredValue(Connections))
                {
                    await MeasureAsync(scenario, http, connections, Servers(scenario), parsed.GetValue(Rounds), duration, output, cancellationToken);
                }
            }
        }
    }

    /// <summary>Code that is still being compiled is not what is measured, and the verifier has more of it than the bare server.</summary>
    private static async Task WarmUpAsync((HttpScenario Scenario, Uri Target)[] cases, int[] http, int requests, CancellationToken cancellationToken)
    {
        foreach (var (scenario, target) in cases)
        {
            foreach (var version in http)
            {
                var connections = await Load.OpenAsync(version, WarmUpConnections, target, scenario, cancellationToken);
                await Task.WhenAll(connections.Select(connection => Load.RepeatAsync(connection, requests / WarmUpConnections, cancellationToken)));
                foreach (var connection in connections)
                {
                    await connection.DisposeAsync();
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
            // Connections that are new are not what is measured.
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
