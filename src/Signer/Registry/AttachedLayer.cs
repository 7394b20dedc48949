namespace Kritis.Events.Signer.Registry;

/// <summary>A layer of a signature manifest as it was read; null where it does not say.</summary>
internal sealed record AttachedLayer
{
    private const int MostSignatureCharacters = 4096;

    public string? MediaType { get; init; }

    /// <summary>The digest of the payload.</summary>
    public string? Digest { get; init; }

    /// <summary>The signature over it, in Base64.</summary>
    public string? Signature { get; init; }

    /// <summary>The key that made it, as whoever attached it says: a hint.</summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>When it was signed (RFC 3339), as whoever attached it says.</summary>
    public string? SignedAt { get; init; }

    /// <summary>The signature's bytes, or null where there are none in Base64, or too many for one.</summary>
    public byte[]? SignatureBytes()
    {
        if (Signature is not { Length: > 0 and <= MostSignatureCharacters } text)
        {
            return null;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0 ? bytes[..length] : null;
    }
}
