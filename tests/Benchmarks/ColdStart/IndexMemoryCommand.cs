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
        var index = new AttestationIndex();
        var writer = new IndexWriter(index, resources, new IndexWriterOptions(), services.GetRequiredService<IMeterFactory>(), NullLogger<IndexWriter>.Instance);
        using var log = new SqliteAttestationLog(parsed.GetRequiredValue(LogFile), TimeProvider.System);
        var (heap, workingSet) = Memory();
        await FoldAsync(log, writer, cancellationToken);
        var (fullHeap, fullWorkingSet) = Memory();
        var attestations = parsed.GetValue(Attestations);
        if (index.Count != attestations)
        {
            throw new InvalidOperationException($"The index holds {index.Count} attestations; expected {attestations}.");
        }

        var memory = new IndexMemory((fullHeap - heap) / attestations, (fullWorkingSet - workingSet) / attestations);
        await parsed.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(memory, IndexMemoryJson.Default.IndexMemory));
    }

    private static async Task FoldAsync(SqliteAttestationLog log, IndexWriter writer, CancellationToken cancellationToken)
    {
        await foreach (var happened in log.FollowAsync(after: null, cancellationToken))
        {
            switch (happened)
            {
                case LogEvent.Record record:
                    writer.Write(record);
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
internal sealed record IndexMemory(double HeapBytes, double WorkingSetBytes);

/// <summary>The line's format.</summary>
[JsonSerializable(typeof(IndexMemory))]
internal sealed partial class IndexMemoryJson : JsonSerializerContext;
