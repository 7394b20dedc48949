namespace Kritis.Events.Attestations.Resources;

/// <summary>A <c>SigningRule</c> resource: which pushes are signed, by which witness.</summary>
public sealed record SigningRule
{
    /// <summary>The resource's name.</summary>
    public required string Name { get; init; }

    /// <summary>The name of the <see cref="ConfiguredRegistry"/>.</summary>
    public required string Registry { get; init; }

    /// <summary>Pattern of the repository's first path segment; empty for a repository without a second one.</summary>
    public required string Namespace { get; init; }

    /// <summary>Patterns of the rest of the repository's path.</summary>
    public required IReadOnlyList<string> Repositories { get; init; }

    /// <summary>Patterns of the tag. A push without a tag matches <c>*</c> only.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The witness that signs.</summary>
    public required string Witness { get; init; }

    /// <summary>Whether a push is enough, or a person must ask.</summary>
    public required SigningMode Mode { get; init; }

    /// <summary>Whether the signature is also attached to the registry in cosign's format.</summary>
    public required bool Attach { get; init; }
}

/// <summary>What makes a rule sign.</summary>
public enum SigningMode
{
    /// <summary>Every push that the rule matches.</summary>
    Automatic,

    /// <summary>Only <c>kritis sign</c>.</summary>
    Manual,
}
