namespace Kritis.Events.Contracts.Messages;

/// <summary>
/// A workload that is there already does not fulfil the policies of its namespace, as they and the attestations stand now. Nothing was done to
/// it. Exchange <c>kritis.workload-violated</c>.
/// </summary>
public sealed record WorkloadViolated
{
    /// <summary>The same for the same finding of the same workload on the same day, whoever tells it.</summary>
    public required string Id { get; init; }

    /// <summary>The verifier's cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The workload's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The workload's kind, <c>Pod</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The workload's name.</summary>
    public required string Name { get; init; }

    /// <summary>The workload's UID, which no later one of the same name has.</summary>
    public required string Uid { get; init; }

    /// <summary>Whether only policies that are in dry-run do not hold.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Why, in a sentence, where the images alone do not say it.</summary>
    public string? Reason { get; init; }

    /// <summary>The policies that do not hold.</summary>
    public required IReadOnlyList<string> Policies { get; init; }

    /// <summary>What was found for each image that is not attested.</summary>
    public required IReadOnlyList<ImageDecision> Images { get; init; }

    /// <summary>When it was found, UTC.</summary>
    public required DateTimeOffset FoundAt { get; init; }
}
