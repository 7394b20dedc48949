namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>What an import would do.</summary>
internal sealed record ImportPlan
{
    /// <summary>The files it would write, in this order; null for one that it would take away.</summary>
    public required IReadOnlyDictionary<string, byte[]?> Files { get; init; }

    /// <summary>What differs between Security Center and the folder.</summary>
    public required IReadOnlyList<ImportDifference> Differences { get; init; }

    /// <summary>How many witnesses and policies Security Center holds.</summary>
    public required (int Witnesses, int Policies) Held { get; init; }
}
