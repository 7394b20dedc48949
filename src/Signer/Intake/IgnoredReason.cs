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

    /// <summary>Registry and repository together are longer than an image's name may be.</summary>
    public const string Name = "name";

    /// <summary>No <c>Registry</c> resource has the host.</summary>
    public const string UnknownRegistry = "unknown-registry";
}
