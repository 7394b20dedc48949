using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Manifests;

/// <summary>What the registry has to know of a manifest (OCI image specification, "Image Manifest" and "Image Index"; Docker's schema 2).</summary>
internal sealed record ManifestDocument
{
    public required string MediaType { get; init; }

    /// <summary>An index's children, or a manifest's config and layers, in the order they stand there.</summary>
    public required IReadOnlyList<ReferencedContent> References { get; init; }

    /// <summary>The manifest that this one is about.</summary>
    public Digest? Subject { get; init; }

    public string? ArtifactType { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public bool IsIndex => ManifestMediaTypes.IsIndex(MediaType);
}

/// <summary>Content that a manifest refers to.</summary>
/// <param name="Descriptor">What is said of it.</param>
/// <param name="LiesElsewhere">Whether it is a layer that is not to be pushed and whose URLs are named.</param>
internal sealed record ReferencedContent(Descriptor Descriptor, bool LiesElsewhere);
