using System.Globalization;

namespace Kritis.Events.EmptyService;

/// <summary>What the runtime's own metrics say of the heap, under the names that the services' <c>/metrics</c> has, without the packages that write it there.</summary>
internal static class GarbageCollection
{
    public static string Metrics()
    {
        var last = GC.GetGCMemoryInfo(GCKind.Any);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"dotnet_gc_collections_total{{gc_heap_generation=\"gen2\"}} {GC.CollectionCount(GC.MaxGeneration)}\ndotnet_gc_last_collection_heap_size_bytes {last.HeapSizeBytes}\n");
    }
}
