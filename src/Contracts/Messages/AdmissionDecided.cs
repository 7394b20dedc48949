namespace Kritis.Events.Contracts.Messages;

/// <summary>A verifier answered an admission review. Exchange <c>kritis.admission-decided</c>.</summary>
public sealed record AdmissionDecided
{
    /// <summary>The review's UID.</summary>
    public required string Uid { get; init; }

    /// <summary>The verifier's cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The namespace of the object under review.</summary>
    public string? Namespace { get; init; }

    /// <summary>The kind of the object under review.</summary>
    public string? Kind { get; init; }

    /// <summary>The name of the object under review, where it has one already.</summary>
    public string? Name { get; init; }

    /// <summary><c>CREATE</c>, <c>UPDATE</c>, <c>DELETE</c> or <c>CONNECT</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>Who asked the API server.</summary>
    public string? User { get; init; }

    /// <summary>What the verifier answered.</summary>
    public required bool Allowed { get; init; }

    /// <summary>Whether it was allowed only because the policies that refuse it are in dry-run.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Why, in a sentence, where the images alone do not say it.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason that the user gave for breaking the glass, where it was allowed only for that; absent otherwise.</summary>
    public string? BreakGlass { get; init; }

    /// <summary>The policies that spoke.</summary>
    public required IReadOnlyList<string> Policies { get; init; }

    /// <summary>What was found for each image.</summary>
    public required IReadOnlyList<ImageDecision> Images { get; init; }

    /// <summary>When it was decided, UTC.</summary>
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>How long the decision took, in microseconds.</summary>
    public required double DurationMicroseconds { get; init; }
}

/// <summary>What a verifier found for one image.</summary>
public sealed record ImageDecision
{
    /// <summary>The image exactly as the user wrote it.</summary>
    public required string Image { get; init; }

    /// <summary>Whether it fulfils every policy that selects the namespace.</summary>
    public required bool Attested { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public required string Explanation { get; init; }

    /// <summary>The ids of the attestations it rests on.</summary>
    public required IReadOnlyList<string> Attestations { get; init; }
}
