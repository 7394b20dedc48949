namespace Kritis.Events.Signer.Intake;

/// <summary>Why an event leads to no signature, as the metric counts it.</summary>
internal static class IgnoredReason
{
    /// <summary>Not a push.</summary>
    public const string Action = "action";

    /// <summary>A blob, or a manifest of a kind that is never signed.</summary>
    public const string MediaType = "media-type";

    /// <summary>A signature, an attestation, an SBOM, or the tag that leads to them (G7).</summary>
    public const string Signature = "signature";

    /// <summary>A digest of another algorithm than SHA-256.</summary>
    public const string DigestAlgorithm = "digest-algorithm";

    /// <summary>Registry and repository together are longer than an image's name may be, or have capitals.</summary>
    public const string Name = "name";

    /// <summary>No <c>Registry</c> resource has the host.</summary>
    public const string UnknownRegistry = "unknown-registry";

    /// <summary>No <c>Registry</c> resource is the ACR instance that the event names, or none is in its region.</summary>
    public const string UnknownInstance = "unknown-instance";

    /// <summary>The event is of another region than the instance is in.</summary>
    public const string Region = "region";

    /// <summary>The <c>Registry</c> resource does not list the namespace.</summary>
    public const string Namespace = "namespace";

    /// <summary>A CloudEvent of another source than Container Registry.</summary>
    public const string Source = "source";

    /// <summary>A CloudEvent of another type than a push.</summary>
    public const string Type = "type";

    /// <summary>The event names no digest, and the registry has no such tag any more.</summary>
    public const string TagGone = "tag-gone";
}
