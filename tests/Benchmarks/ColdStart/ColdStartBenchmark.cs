using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.ColdStart;

/// <summary>
/// Starts verifiers that know nothing on a stream that holds everything, in turn with a client that only reads it, and with the same verifier once more on
/// the snapshot that it left.
/// </summary>
internal sealed class ColdStartBenchmark(Figures figures, GeneratedLog log, int attestations, int rounds)
{
    private static readonly TimeSpan VerifyDuration = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Machine.Print(figures);
        figures.Title("sizes");
        figures.Add("attestations", attestations, "");
        figures.Add("rounds", $"{rounds}, a bare drain, a verifier and the same verifier again in turn");
        using var key = BenchmarkKey.In(log.KeyFile, log.KeyKind);
        figures.Add("signatures", key.PublicKey.Algorithm.Name());
        using var folder = new VerifierFolder(key.Witness, otherPolicies: 99);
        await using var broker = await RabbitMqServer.StartAsync(cancellationToken);
        var stream = new FilledStream(broker.Uri, attestations);
        await stream.FillAsync(log.File, cancellationToken);
        var (drained, checkedIn, ready, again) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var nothing = await ReadyAsync(folder.Settings("verifier-empty", log: null), "memory:", cancellationToken);
        for (var round = 0; round < rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            await stream.DrainAsync(cancellationToken);
            drained.Add(watch.Elapsed.TotalSeconds);
            checkedIn.Add(attestations / BareVerification.Rate(key, VerifyDuration));
            var settings = folder.Settings($"verifier-{round}", log: null);
            ready.Add(await ReadyAsync(settings, broker.Uri.ToString(), cancellationToken));
            again.Add(await ReadyAsync(settings, broker.Uri.ToString(), cancellationToken));
        }

        figures.Title("median of the rounds");
        figures.Add("start with an empty log until ready", nothing, "s");
        figures.Add("bare drain of the stream", drained.Median(), "s");
        figures.Add("bare verification of as many signatures on all cores", checkedIn.Median(), "s");
        figures.Add("start of the verifier until ready", ready.Median(), "s");
        figures.Add("start of the verifier on its snapshot until ready", again.Median(), "s");
        figures.Add("size of the snapshot", new FileInfo(folder.File("verifier-0/index.snapshot")).Length / (double)attestations, "bytes/attestation");
        figures.Add("records read by the verifier", attestations / ready.Median(), "records/s");
        await MeasureMemoryAsync(cancellationToken);
        figures.Judge("bare drain against the verifier's start", drained.Zip(ready, (bare, ours) => bare / ours).Median(), "", 0.9, atLeast: true);
        figures.Judge(
            "drain and verification one after the other against the verifier's start",
            drained.Zip(checkedIn, (drain, check) => drain + check).Zip(ready, (bare, ours) => bare / ours).Median(), "", 0.9, atLeast: true);
        figures.Judge("start from the stream against start on the snapshot", ready.Zip(again, (stream, snapshot) => stream / snapshot).Median(), "", 10, atLeast: true);
        figures.Finish();
    }

    private static async Task<double> ReadyAsync(Dictionary<string, string> settings, string bus, CancellationToken cancellationToken)
    {
        settings["Bus:Uri"] = bus;
        var watch = Stopwatch.StartNew();
        await using var verifier = ServerUnderLoad.StartVerifier(core: null, BuiltService.Loopback("https"), settings);
        await verifier.UntilAnsweringAsync("/readyz", cancellationToken);
        return watch.Elapsed.TotalSeconds;
    }

    private async Task MeasureMemoryAsync(CancellationToken cancellationToken)
    {
        var printed = await ChildProcess.RunAsync(
            "dotnet",
            [BuiltService.Own, "index-memory", "--log", log.File, "--key", log.KeyFile, "--kind", log.KeyKind.ToString(), "--attestations", attestations.ToString(CultureInfo.InvariantCulture)],
            cancellationToken);
        var memory = JsonSerializer.Deserialize(printed.Split('\n').Last(line => line.StartsWith('{')), IndexMemoryJson.Default.IndexMemory)!;
        figures.Add("bytes of the heap an attestation", memory.HeapBytes, "bytes");
        figures.Add("bytes of the working set an attestation", memory.WorkingSetBytes, "bytes");
        figures.Add("bytes of the heap an attestation that is filed and not verified", memory.FiledHeapBytes, "bytes");
        figures.Judge("bytes of memory an attestation (heap), filed and verified", memory.HeapBytes + memory.FiledHeapBytes, "bytes", 200, atLeast: false);
    }
}
