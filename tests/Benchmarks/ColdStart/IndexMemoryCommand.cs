using System.CommandLine;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Log.Sqlite;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Snapshots;
using Kritis.Events.Benchmarks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.Benchmarks.ColdStart;

/// <summary><c>index-memory</c> (hidden): folds a log into an index in a process of its own, and says what that has cost.</summary>
internal static class IndexMemoryCommand
{
    private static readonly Option<string> LogFile = new("--log") { Required = true };
    private static readonly Option<string> KeyFile = new("--key") { Required = true };
    private static readonly Option<BenchmarkKeyKind> Kind = new("--kind") { Required = true };
    private static readonly Option<int> Attestations = new("--attestations") { Required = true };

    public static Command Create()
    {
        var command = new Command("index-memory", "Memory of an index.") { LogFile, KeyFile, Kind, Attestations };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var key = BenchmarkKey.In(parsed.GetRequiredValue(KeyFile), parsed.GetValue(Kind));
        var resources = new UnchangingResources(new ResourceSet { Witnesses = new Dictionary<string, Witness> { [BenchmarkPolicies.WitnessName] = key.Witness } });
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var log = new SqliteAttestationLog(parsed.GetRequiredValue(LogFile), TimeProvider.System);
        var attestations = parsed.GetValue(Attestations);
        var filed = await FiledAsync(log, resources, services.GetRequiredService<IMeterFactory>(), cancellationToken);
        var index = new AttestationIndex();
        var writer = new IndexWriter(index, resources, new IndexWriterOptions(), services.GetRequiredService<IMeterFactory>(), NullLogger<IndexWriter>.Instance);
        var (heap, workingSet) = Memory();
        await FoldAsync(log, writer, snapshot: null, [], cancellationToken);
        var (fullHeap, fullWorkingSet) = Memory();
        if (index.Count != attestations)
        {
            throw new InvalidOperationException($"The index holds {index.Count} attestations; expected {attestations}.");
        }

        var memory = new IndexMemory((fullHeap - heap) / attestations, (fullWorkingSet - workingSet) / attestations, filed / attestations);
        await parsed.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(memory, IndexMemoryJson.Default.IndexMemory));
    }

    /// <summary>The bytes that all attestations take together while they are filed in a snapshot and nobody has verified them.</summary>
    private static async Task<double> FiledAsync(
        SqliteAttestationLog log, UnchangingResources resources, IMeterFactory meters, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("kritis-benchmark-snapshot-");
        try
        {
            var index = new AttestationIndex();
            var writer = new IndexWriter(index, resources, new IndexWriterOptions(), meters, NullLogger<IndexWriter>.Instance);
            using var snapshot = new IndexSnapshot(
                new SnapshotOptions { Folder = folder.FullName }, index, writer, resources, NullLogger<IndexSnapshot>.Instance);
            var pinned = PinnedKey.AllOf(resources.Current);
            _ = snapshot.Load(pinned);
            var (heap, _) = Memory();
            await FoldAsync(log, writer, snapshot, pinned, cancellationToken);
            snapshot.EndFiling();
            snapshot.CaughtUp();
            return Memory().Heap - heap;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task FoldAsync(
        SqliteAttestationLog log, IndexWriter writer, IndexSnapshot? snapshot, HashSet<PinnedKey> pinned, CancellationToken cancellationToken)
    {
        await foreach (var happened in log.FollowAsync(after: null, cancellationToken))
        {
            switch (happened)
            {
                case LogEvent.Record record:
                    writer.Write(record);
                    snapshot?.Advance(record.Position, pinned);
                    break;
                case LogEvent.CaughtUp:
                    return;
            }
        }
    }

    /// <summary>The heap after a full, compacting collection, and what the system counts as this process' memory.</summary>
    private static (double Heap, double WorkingSet) Memory()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
    }
}

/// <summary>What an attestation costs in memory.</summary>
/// <param name="HeapBytes">Bytes of the garbage-collected heap.</param>
/// <param name="WorkingSetBytes">Bytes of the process' working set.</param>
/// <param name="FiledHeapBytes">Bytes of the heap while it is filed and not verified.</param>
internal sealed record IndexMemory(double HeapBytes, double WorkingSetBytes, double FiledHeapBytes);

/// <summary>The line's format.</summary>
[JsonSerializable(typeof(IndexMemory))]
internal sealed partial class IndexMemoryJson : JsonSerializerContext;
