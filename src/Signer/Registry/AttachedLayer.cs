namespace Kritis.Events.Signer.Registry;

/// <summary>A layer of a signature manifest as it was read; null where it does not say.</summary>
internal sealed record AttachedLayer
{
    public string? MediaType { get; init; }

    /// <summary>The digest of the payload.</summary>
    public string? Digest { get; init; }

    /// <summary>The signature over it, in Base64.</summary>
    public string? Signature { get; init; }

    /// <summary>The key that made it, as whoever attached it says: a hint for messages and nothing else.</summary>
    public string? KeyFingerprint { get; init; }
}
