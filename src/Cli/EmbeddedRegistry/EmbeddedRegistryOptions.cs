namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>Where the embedded registry keeps its content and whom it tells about pushes.</summary>
internal sealed record EmbeddedRegistryOptions
{
    /// <summary>The folder of everything it keeps; created where it is missing.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where push events are posted: the signer's <c>/events/distribution</c>. Absolute, http or https.</summary>
    public required Uri NotificationUrl { get; init; }

    /// <summary>The bearer token sent with each event, or null where the signer asks for none.</summary>
    public string? NotificationToken { get; init; }

    /// <summary>The largest blob in bytes, 10 GiB unless set.</summary>
    public long MaxBlobBytes { get; init; } = 10L << 30;

    /// <summary>The largest manifest in bytes, 4 MiB unless set (OCI distribution specification: at least 4 MiB).</summary>
    public int MaxManifestBytes { get; init; } = 4 << 20;

    /// <summary>The wait after an event's first failed delivery; it doubles with each further one.</summary>
    public TimeSpan FirstRetryAfter { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait between two deliveries of one event.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one delivery may take.</summary>
    public TimeSpan NotificationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <exception cref="ArgumentException">A value cannot be used; the message names it and what is expected.</exception>
    public EmbeddedRegistryOptions Validated() => Problem() is { } problem
        ? throw new ArgumentException($"The embedded registry cannot start: {problem}.")
        : this;

    private string? Problem()
    {
        if (string.IsNullOrWhiteSpace(DataFolder))
        {
            return $"{nameof(DataFolder)} is empty; expected a folder";
        }

        if (NotificationUrl is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
        {
            return $"{nameof(NotificationUrl)} is no absolute http or https URL";
        }

        if (NotificationToken is { } token && (token.Length == 0 || token.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            return $"{nameof(NotificationToken)} is empty or has characters other than visible ASCII";
        }

        if (MaxBlobBytes <= 0 || MaxManifestBytes <= 0)
        {
            return $"{nameof(MaxBlobBytes)} and {nameof(MaxManifestBytes)} must be more than 0";
        }

        return FirstRetryAfter <= TimeSpan.Zero || LongestRetryAfter < FirstRetryAfter || NotificationTimeout <= TimeSpan.Zero
            ? $"{nameof(FirstRetryAfter)} and {nameof(NotificationTimeout)} must be more than 0 and {nameof(LongestRetryAfter)} no shorter than the first"
            : null;
    }
}
