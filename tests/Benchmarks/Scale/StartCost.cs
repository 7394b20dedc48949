using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Scale;

/// <summary>What a start of verifiers costs.</summary>
/// <param name="Attestations">How many the log holds.</param>
/// <param name="Drained">Seconds that a client takes which only reads it.</param>
/// <param name="Ready">Seconds until all are ready.</param>
/// <param name="Resident">The most bytes of memory that one occupies until then.</param>
/// <param name="Heap">Bytes of objects of one, after a full collection.</param>
/// <param name="Received">Bytes that the broker sends to each until then.</param>
/// <param name="Connections">How many connections each has to the broker.</param>
internal sealed record StartCost(int Attestations, double Drained, double Ready, double Resident, double Heap, double Received, double Connections)
{
    /// <summary>How many verifiers started at the same time.</summary>
    public int Verifiers { get; init; } = 1;

    /// <summary>The median of each cost.</summary>
    public static StartCost MedianOf(int verifiers, IReadOnlyList<StartCost> rounds) => new(
        rounds[0].Attestations, rounds.Select(one => one.Drained).Median(), rounds.Select(one => one.Ready).Median(), rounds.Select(one => one.Resident).Median(),
        rounds.Select(one => one.Heap).Median(), rounds.Select(one => one.Received).Median(), rounds.Select(one => one.Connections).Median())
    {
        Verifiers = verifiers,
    };
}
