namespace Kritis.Events.Cli.Explain;

/// <summary>What <c>kritis explain</c> is told instead of reading it from where a verifier does.</summary>
internal sealed record ExplainOptions
{
    /// <summary>The cluster's name, as policies name it; null for the one that is set.</summary>
    public string? Cluster { get; init; }

    /// <summary>The labels of the objects' namespaces; null for those that the API server knows, where the settings name one.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>How long the log or the API server may be silent.</summary>
    public required TimeSpan Patience { get; init; }
}
