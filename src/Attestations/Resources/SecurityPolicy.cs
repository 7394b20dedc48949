namespace Kritis.Events.Attestations.Resources;

/// <summary>A <c>SecurityPolicy</c> resource: which namespaces of which clusters need which witnesses.</summary>
public sealed record SecurityPolicy
{
    /// <summary>The resource's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it counts at all.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Patterns of cluster names.</summary>
    public required IReadOnlyList<string> Clusters { get; init; }

    /// <summary>Patterns of namespaces.</summary>
    public required IReadOnlyList<string> Namespaces { get; init; }

    /// <summary>The witnesses that count.</summary>
    public required IReadOnlyList<string> Witnesses { get; init; }

    /// <summary>How many of <see cref="Witnesses"/> must have attested an image: all of them for <c>allOf</c>. At least 1.</summary>
    public required int AtLeast { get; init; }

    /// <summary>Patterns of normalised references that need no attestation.</summary>
    public IReadOnlyList<string> Exempt { get; init; } = [];

    /// <summary>
    /// How long a digest whose push was just seen may wait for its signature. Read and checked; waiting itself comes with a later version, and
    /// until then such a digest is refused at once.
    /// </summary>
    public TimeSpan? WaitForAttestation { get; init; }

    /// <summary>Whether a violation is refused or only told.</summary>
    public required Enforcement Enforcement { get; init; }
}

/// <summary>What a violation leads to.</summary>
public enum Enforcement
{
    /// <summary>The request is refused.</summary>
    Enforce,

    /// <summary>The request is let through with a warning.</summary>
    DryRun,
}
