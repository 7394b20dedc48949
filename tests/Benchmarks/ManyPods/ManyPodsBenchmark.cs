using System.Globalization;
using System.Net;
using System.Net.Security;
using Kritis.Events.Benchmarks.ColdStart;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Endpoint;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.ManyPods;

/// <summary>
/// One replica, with the memory that the manifests give it, and the Pods of a large cluster, while the registry of their images answers nothing but 429.
/// </summary>
internal sealed class ManyPodsBenchmark(Figures figures)
{
    // What the runtime takes of a container's limit for objects unless it is told otherwise.
    private const double HeapShare = 0.75;

    public required int Pods { get; init; }

    public required double Rate { get; init; }

    public required int AtOnce { get; init; }

    public required int Rounds { get; init; }

    /// <summary>The container's memory limit in MiB.</summary>
    public required int Memory { get; init; }

    public required DirectoryInfo Cache { get; init; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Machine.Print(figures);
        PrintSizes();
        var images = Pods * PodLoad.ImagesEach;
        var log = GeneratedLog.In(Cache, images, Console.Error);
        using var key = BenchmarkKey.In(log.KeyFile);
        using var folder = new VerifierFolder(key.Witness, otherPolicies: 99);
        await using var registry = await ThrottlingRegistry.StartAsync(cancellationToken);
        folder.WriteRegistry(BenchmarkImages.Host, registry.Address);
        await using var broker = await RabbitMqServer.StartAsync(cancellationToken);
        await new FilledStream(broker.Uri, images).FillAsync(log.File, cancellationToken);
        var settings = folder.Settings("verifier", log: null);
        settings["Bus:Uri"] = broker.Uri.ToString();
        await using var verifier = ServerUnderLoad.StartVerifier(core: null, BuiltService.Loopback("https"), settings, HeapLimit());
        await verifier.UntilAnsweringAsync("/readyz", cancellationToken);
        await MeasureAsync(verifier, registry, cancellationToken);
        figures.Finish();
    }

    private async Task MeasureAsync(ServerUnderLoad verifier, ThrottlingRegistry registry, CancellationToken cancellationToken)
    {
        using var client = Client(verifier.Address);
        var load = new PodLoad(client, Pods);
        figures.Title("memory of the verifier");
        figures.Add("with the index, before the first Pod (RSS)", ProcessStatus.Of(verifier.Id).Resident / ProcessStatus.Megabyte, "MiB");
        ProcessStatus.ResetPeak(verifier.Id);
        var (steady, burst) = (new List<PodResult>(), new List<PodResult>());
        for (var round = 0; round < Rounds; round++)
        {
            steady.Add(await load.AtRateAsync(Rate, cancellationToken));
            burst.Add(await load.AtOnceAsync(AtOnce, cancellationToken));
        }

        var peak = ProcessStatus.Of(verifier.Id).Peak / ProcessStatus.Megabyte;
        Tell(string.Create(CultureInfo.InvariantCulture, $"at {Rate} Pods a second"), steady);
        Tell(string.Create(CultureInfo.InvariantCulture, $"{AtOnce} Pods at a time"), burst);
        var asked = registry.Asked;
        await registry.ProveAsync(cancellationToken);
        PodResult[] all = [.. steady, .. burst];
        figures.Judge("answers that were wrong", all.Sum(result => result.Wrong.Count), "", 0, atLeast: false);
        figures.Judge("Pods without an answer within ten seconds", all.Sum(result => result.TimedOut), "", 0, atLeast: false);
        figures.Judge("requests to the registry", asked, "", 0, atLeast: false);
        figures.Judge("most memory under load (RSS) against the container's limit", peak / Memory, "", 1, atLeast: false);
    }

    private void Tell(string how, List<PodResult> rounds)
    {
        figures.Title($"{how}: median of the rounds");
        figures.Add($"{how}, Pods", rounds.Select(round => round.Milliseconds.Length / round.Elapsed.TotalSeconds).Median(), "Pods/s");
        figures.Add($"{how}, admitted", rounds.Select(round => (double)round.Admitted).Median(), "Pods");
        figures.Add($"{how}, refused", rounds.Select(round => (double)round.Refused).Median(), "Pods");
        foreach (var (name, share) in new[] { ("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("longest", 1.0) })
        {
            figures.Add($"{how}, {name}", rounds.Select(round => Running.Rounds.Percentile(round.Milliseconds, share)).Median(), "ms");
        }

        foreach (var wrong in rounds.SelectMany(round => round.Wrong).Take(5))
        {
            figures.Add($"{how}, wrong", wrong);
        }
    }

    private void PrintSizes()
    {
        figures.Title("sizes");
        figures.Add("Pods", Pods, "");
        figures.Add("images of each, all different", PodLoad.ImagesEach, "");
        figures.Add("rounds", string.Create(CultureInfo.InvariantCulture, $"{Rounds}, all Pods at {Rate} a second and all Pods, {AtOnce} at a time, in turn, from the first request on"));
        figures.Add("verifier", $"one replica on the log in RabbitMQ, its heap limited as in a container of {Memory} MiB; HTTP/2 on one connection; it shares all cores with the load and the broker");
        figures.Add("registry", "answers 429 to everything");
    }

    private Dictionary<string, string> HeapLimit() => new()
    {
        ["DOTNET_GCHeapHardLimit"] = ((long)(Memory * ProcessStatus.Megabyte * HeapShare)).ToString("X", CultureInfo.InvariantCulture),
    };

    private static HttpClient Client(Uri address) => new(new SocketsHttpHandler
    {
        SslOptions = LoadTls.Options(address, SslApplicationProtocol.Http2),
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
    })
    {
        BaseAddress = address,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
