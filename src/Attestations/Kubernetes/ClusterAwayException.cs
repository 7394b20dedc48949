namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>The API server's answer, or the lack of one, that ends a list or a watch. The message is fit to be shown.</summary>
internal sealed class ClusterAwayException(string reason) : Exception(reason)
{
    /// <summary>Whether the API server knows no such kind.</summary>
    public bool IsMissingKind { get; init; }

    /// <summary>Whether the watched version is too old to go on from: an ordinary thing, followed by a new list.</summary>
    public bool IsExpired { get; init; }

    /// <summary>Whether something may have been missed, so that only a new list helps.</summary>
    public bool ListAgain { get; init; } = true;
}
