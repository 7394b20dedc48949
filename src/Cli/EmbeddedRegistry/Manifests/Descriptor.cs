using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Manifests;

/// <summary>What one manifest says of another piece of content (OCI image specification, "Content descriptors").</summary>
internal sealed record Descriptor
{
    public required string MediaType { get; init; }

    /// <summary>The size in bytes.</summary>
    public required long Size { get; init; }

    public required Digest Digest { get; init; }

    public string? ArtifactType { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
