using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Kritis.Events.Benchmarks.ColdStart;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary>Starts the verifier and the bare server, lets the load process ask both in turn, and compares.</summary>
internal sealed class HttpBenchmark(Figures figures)
{
    private const int FirstCore = 0;
    private const int SecondCore = 1;

    public required int Attestations { get; init; }

    public required int Policies { get; init; }

    public required int Rounds { get; init; }

    public required double Seconds { get; init; }

    public required int[] Connections { get; init; }

    public required int[] Http { get; init; }

    /// <summary>How many requests each server gets of each kind before anything is measured.</summary>
    public required int WarmUp { get; init; }

    public required bool Pin { get; init; }

    /// <summary>Whether decisions go to a real broker.</summary>
    public required bool Broker { get; init; }

    public required DirectoryInfo Cache { get; init; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Machine.Print(figures);
        var log = GeneratedLog.In(Cache, Attestations, Console.Error);
        using var key = BenchmarkKey.In(log.KeyFile);
        using var folder = new VerifierFolder(key.Witness, Policies);
        await using var broker = Broker ? await StartBrokerAsync(log, cancellationToken) : null;
        var settings = folder.Settings("verifier", broker is null ? log.File : null);
        settings["Bus:Uri"] = broker?.Uri.ToString() ?? settings["Bus:Uri"];
        int? core = Pin ? FirstCore : null;
        await using var verifier = ServerUnderLoad.StartVerifier(core, BuiltService.Loopback("https"), settings);
        await verifier.UntilVerifiedAsync(Attestations, cancellationToken);
        var scenarios = folder.Make("scenarios");
        await WriteScenariosAsync(scenarios, verifier, cancellationToken);
        PrintSizes(scenarios);
        var address = BuiltService.Loopback("https");
        await using var bare = ServerUnderLoad.Start(
            "bare", core, address, new Dictionary<string, string>(), BuiltService.Own, "bare", "--port", Text(address.Port),
            "--certificate", folder.CertificateFile, "--key", folder.KeyFile, "--scenarios", scenarios);
        await bare.UntilAnsweringAsync("/readyz", cancellationToken);
        new HttpComparison(figures, await LoadAsync(verifier, bare, scenarios, cancellationToken)).Tell();
        figures.Finish();
    }

    private async Task<RabbitMqServer> StartBrokerAsync(GeneratedLog log, CancellationToken cancellationToken)
    {
        var broker = await RabbitMqServer.StartAsync(cancellationToken);
        await new FilledStream(broker.Uri, Attestations).FillAsync(log.File, cancellationToken);
        if (Pin)
        {
            await broker.PinAsync(SecondCore, cancellationToken);
        }

        return broker;
    }

    private static async Task WriteScenariosAsync(string folder, ServerUnderLoad verifier, CancellationToken cancellationToken)
    {
        string Attested(int number) => BenchmarkImages.Of(number).ToString();
        string Unknown(int number) => BenchmarkImages.Of(int.MaxValue - number).ToString();
        (string Name, byte[] Review)[] reviews =
        [
            ("pod-allowed", Reviews.OfPod(Attested(0))),
            ("pod-denied", Reviews.OfPod(Unknown(0))),
            ("deployment-allowed", Reviews.OfDeployment(Attested)),
            ("deployment-denied", Reviews.OfDeployment(Unknown)),
        ];
        foreach (var (name, review) in reviews)
        {
            using var body = new ByteArrayContent(review) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var answer = await verifier.Http.PostAsync(new Uri("/validate", UriKind.Relative), body, cancellationToken);
            var bytes = await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken);
            ThrowUnless(name.EndsWith("allowed", StringComparison.Ordinal), bytes);
            new HttpScenario(name, review, bytes).WriteTo(folder);
        }
    }

    private static void ThrowUnless(bool allowed, byte[] answer)
    {
        using var document = JsonDocument.Parse(answer);
        if (document.RootElement.GetProperty("response").GetProperty("allowed").GetBoolean() != allowed)
        {
            throw new InvalidOperationException($"Expected an answer that is {(allowed ? "a yes" : "a no")}: {System.Text.Encoding.UTF8.GetString(answer)}");
        }
    }

    private void PrintSizes(string scenarios)
    {
        figures.Title("sizes");
        figures.Add("attestations", Attestations, "");
        figures.Add("policies", Policies + 1, "");
        figures.Add("rounds", string.Create(CultureInfo.InvariantCulture, $"{Rounds} of {Seconds} s each, verifier and bare server in turn, after {WarmUp} requests of each kind to warm up"));
        figures.Add("bus", Broker ? "RabbitMQ" : "in memory");
        figures.Add("cores", Pin ? "a server has one for itself, the load another" : "servers and load share all");
        foreach (var scenario in HttpScenario.In(scenarios))
        {
            figures.Add($"{scenario.Name}, body", scenario.Review.Length, "bytes");
            figures.Add($"{scenario.Name}, answer", scenario.Answer.Length, "bytes");
        }
    }

    private async Task<IReadOnlyList<LoadResult>> LoadAsync(ServerUnderLoad verifier, ServerUnderLoad bare, string scenarios, CancellationToken cancellationToken)
    {
        string[] start = Pin ? ["taskset", "-c", Text(SecondCore), "dotnet"] : ["dotnet"];
        string[] arguments =
        [
            .. start[1..], BuiltService.Own, "load",
            "--verifier", new Uri(verifier.Address, "/validate?timeout=10s").ToString(), "--bare", bare.Address.ToString(),
            "--verifier-id", Text(verifier.Id), "--bare-id", Text(bare.Id), "--scenarios", scenarios,
            "--warm-up", Text(WarmUp), "--rounds", Text(Rounds), "--seconds", Seconds.ToString(CultureInfo.InvariantCulture),
            .. Connections.SelectMany(count => new[] { "--connections", Text(count) }),
            .. Http.SelectMany(version => new[] { "--http", Text(version) }),
        ];
        var printed = await ChildProcess.RunAsync(start[0], arguments, cancellationToken);
        return [.. printed.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonSerializer.Deserialize(line, LoadJson.Default.LoadResult)!)];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
