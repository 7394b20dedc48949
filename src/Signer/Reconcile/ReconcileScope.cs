namespace Kritis.Events.Signer.Reconcile;

/// <summary>What is compared. By default every registry that a rule names.</summary>
internal sealed record ReconcileScope
{
    /// <summary>The name of the one Registry resource, or null for all.</summary>
    public string? Registry { get; init; }

    /// <summary>The first path segment of the repositories, or null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Whether what is missing is only listed: then nobody waits for it to be attested.</summary>
    public bool IsDryRun { get; init; }

    public bool Holds(string repository) => Namespace is null || repository.StartsWith(Namespace + "/", StringComparison.Ordinal);
}
