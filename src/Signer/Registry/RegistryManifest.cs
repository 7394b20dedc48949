using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>A manifest as a registry holds it; its bytes were found to have the digest that was asked for.</summary>
internal sealed record RegistryManifest
{
    public required string MediaType { get; init; }

    public required ManifestKind Kind { get; init; }

    /// <summary>An index's entries; empty for everything else.</summary>
    public required IReadOnlyList<ManifestChild> Children { get; init; }
}

/// <summary>An entry of an index.</summary>
internal sealed record ManifestChild(Digest Digest, string MediaType);

/// <summary>What a manifest describes.</summary>
internal enum ManifestKind
{
    /// <summary>A container image.</summary>
    Image,

    /// <summary>A list of images for several platforms.</summary>
    Index,

    /// <summary>A signature, an attestation, an SBOM or anything else that is no image.</summary>
    Artifact,
}
