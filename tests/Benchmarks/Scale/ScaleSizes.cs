namespace Kritis.Events.Benchmarks.Scale;

/// <summary>What <c>scale</c> measures.</summary>
internal sealed record ScaleSizes
{
    /// <summary>How many attestations the log holds; rising, at least two.</summary>
    public required int[] Attestations { get; init; }

    /// <summary>How many signers or verifiers there are; rising.</summary>
    public required int[] Replicas { get; init; }

    public required int Rounds { get; init; }

    /// <summary>How often verifiers are started on each size; a start on a long log takes minutes.</summary>
    public required int Starts { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Pushes of a round.</summary>
    public required int Pushes { get; init; }

    public required DirectoryInfo Cache { get; init; }
}
