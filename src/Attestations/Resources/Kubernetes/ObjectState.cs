using Kritis.Events.Attestations.Kubernetes;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>What became of an object.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Document">Its newest version.</param>
/// <param name="Standing">Whether it counts.</param>
/// <param name="Message">What is wrong and what follows from it, or that nothing is; fit to be shown.</param>
public sealed record ObjectState(ClusterKind Kind, CustomDocument Document, ObjectStanding Standing, string Message)
{
    /// <summary>The object's namespace and name, for messages.</summary>
    public string DisplayName => Document.Metadata.NamespaceProperty is { } ns
        ? $"{Kind} {ns}/{Document.Metadata.Name}"
        : $"{Kind} {Document.Metadata.Name}";

    /// <summary>Whether its newest version counts as it stands.</summary>
    public bool IsInForce => Standing is ObjectStanding.InForce or ObjectStanding.SharedKey;
}

/// <summary>Whether an object counts, and why not; the names stand as reasons in its status.</summary>
public enum ObjectStanding
{
    /// <summary>Its newest version counts.</summary>
    InForce,

    /// <summary>It cannot be read, and no version of it that could is known. Policies refuse, witnesses vouch for nothing, all else is left out.</summary>
    Invalid,

    /// <summary>It cannot be read; the last version that could be counts.</summary>
    InvalidLastKept,

    /// <summary>Something that only one may have belongs to an older object, or to one that goes before it.</summary>
    Conflict,

    /// <summary>It names a witness that is not there. A policy counts and that witness vouches for nothing; a rule is left out.</summary>
    MissingWitness,

    /// <summary>It counts, and asks for the word of several witnesses of whom two have one key.</summary>
    SharedKey,

    /// <summary>It names a registry that is not there, and is left out.</summary>
    MissingRegistry,

    /// <summary>It names a witness without an active key to sign with, and is left out.</summary>
    NoActiveKey,
}
