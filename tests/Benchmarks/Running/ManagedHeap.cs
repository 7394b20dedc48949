using System.Diagnostics.Tracing;
using Kritis.Events.Servers;
using Microsoft.Diagnostics.NETCore.Client;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>The heap of another process after a full collection: what it holds on to, without what it has merely not collected yet.</summary>
internal static class ManagedHeap
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";

    // GCHeapCollect of the runtime's event provider: whoever asks for it gets a full, blocking collection first.
    private const long Collect = 0x800000;
    private const string Collections = "dotnet_gc_collections_total";
    private const string Size = "dotnet_gc_last_collection_heap_size_bytes";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Has the process collect, and reads what is left.</summary>
    /// <param name="id">The process.</param>
    /// <param name="http">A client of its <c>/metrics</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Bytes.</returns>
    /// <exception cref="TimeoutException">It did not collect.</exception>
    public static async Task<double> CollectAsync(int id, HttpClient http, CancellationToken cancellationToken)
    {
        var (before, _) = await ReadAsync(http, cancellationToken);
        var (collections, size) = (before, 0.0);
        using var session = await new DiagnosticsClient(id).StartEventPipeSessionAsync(
            new EventPipeProvider(Runtime, EventLevel.Informational, Collect), requestRundown: false, circularBufferMB: 1, cancellationToken);
        var reading = session.EventStream.CopyToAsync(Stream.Null, cancellationToken);
        await Eventually.Async(
            "a full collection",
            async () =>
            {
                (collections, size) = await ReadAsync(http, cancellationToken);
                return collections > before;
            },
            cancellationToken, patience: Patience);
        await session.StopAsync(cancellationToken);
        await reading;
        return size;
    }

    private static async Task<(double Collections, double Bytes)> ReadAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var metrics = await ServiceMetrics.ReadAsync(http, cancellationToken);
        return (metrics.Sum(Collections, "gen2"), metrics.Sum(Size));
    }
}
