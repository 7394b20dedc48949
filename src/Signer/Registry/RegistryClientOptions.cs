namespace Kritis.Events.Signer.Registry;

/// <summary>The bounds within which a registry is talked to.</summary>
internal sealed record RegistryClientOptions
{
    /// <summary>The longest a connection may take to open.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest a whole request may take, its answer's body included.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The largest manifest, in bytes (the OCI distribution specification asks for 4 MiB).</summary>
    public int MostManifestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How often a manifest that is not there yet is asked for: registries lag behind their own notifications.</summary>
    public int VisibilityAttempts { get; init; } = 6;

    /// <summary>The pause after the first such answer; it doubles from there, with jitter.</summary>
    public TimeSpan VisibilityPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a signature manifest is read, merged and written before writers are said to be in each other's way.</summary>
    public int WriteAttempts { get; init; } = 12;
}
