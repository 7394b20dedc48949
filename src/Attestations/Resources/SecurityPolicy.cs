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

    /// <summary>Patterns of namespaces. A namespace must match one of them, and <see cref="NamespaceSelector"/> where there is one.</summary>
    public required IReadOnlyList<string> Namespaces { get; init; }

    /// <summary>Labels that a namespace must have; null where labels do not matter.</summary>
    public LabelSelector? NamespaceSelector { get; init; }

    /// <summary>The witnesses that count.</summary>
    public required IReadOnlyList<string> Witnesses { get; init; }

    /// <summary>How many of <see cref="Witnesses"/> must have attested an image: all of them for <c>allOf</c>. At least 1.</summary>
    public required int AtLeast { get; init; }

    /// <summary>Patterns of normalised references that need no attestation.</summary>
    public IReadOnlyList<string> Exempt { get; init; } = [];

    /// <summary>
    /// Images, exactly as they are written, that stand in the pod templates of controllers for one that is put in when the Pod is made
    /// (<c>auto</c> of an injected sidecar). They pass there, and never in a Pod.
    /// </summary>
    public IReadOnlyList<string> Placeholders { get; init; } = [];

    /// <summary>Whether an image may be named by a tag.</summary>
    public TagReferences Tags { get; init; } = TagReferences.Deny;

    /// <summary>Whether an object may break the glass: by an annotation with a reason, for digests it names, until a time it names.</summary>
    public bool BreakGlass { get; init; }

    /// <summary>How long a digest whose push was just seen may wait for its signature; null where it is refused at once.</summary>
    public TimeSpan? WaitForAttestation { get; init; }

    /// <summary>Whether a violation is refused or only told.</summary>
    public required Enforcement Enforcement { get; init; }

    /// <summary>
    /// Why the policy cannot be read as it stands, as a clause; null for a policy that can. Nothing fulfils a policy that cannot be read: dropping it
    /// would loosen what it was to hold.
    /// </summary>
    public string? Problem { get; init; }
}

/// <summary>What a violation leads to.</summary>
public enum Enforcement
{
    /// <summary>The request is refused.</summary>
    Enforce,

    /// <summary>The request is let through with a warning.</summary>
    DryRun,
}

/// <summary>What a policy makes of an image that is named by a tag.</summary>
public enum TagReferences
{
    /// <summary>It is refused: a tag can be moved.</summary>
    Deny,

    /// <summary>
    /// It stands for the digest that a witness of the policy has signed for that tag, where the <c>Registry</c> declares the repository's tags
    /// immutable.
    /// </summary>
    Immutable,
}
