namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>How the embedded registry is set up.</summary>
internal sealed record EmbeddedRegistryOptions
{
    /// <summary>Where blobs, manifests and waiting notifications are kept.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The signer's intake.</summary>
    public required Uri NotificationUrl { get; init; }

    /// <summary>The bearer token it wants.</summary>
    public required string NotificationToken { get; init; }

    /// <summary>The largest blob, in bytes.</summary>
    public long MostBlobBytes { get; init; } = 10L * 1024 * 1024 * 1024;

    /// <summary>The largest manifest, in bytes.</summary>
    public int MostManifestBytes { get; init; } = 4 * 1024 * 1024;
}
