using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>A tag that stands for what is attached to an image: <c>sha256-HEX</c> and an ending that says what it is.</summary>
internal sealed record AttachmentTag
{
    private const string Prefix = "sha256-";

    private AttachmentTag(string ending, string mediaType) => (Ending, MediaType) = (ending, mediaType);

    /// <summary>Signatures, where cosign looks for them.</summary>
    public static AttachmentTag Signatures { get; } = new(".sig", MediaTypes.SimpleSigning);

    /// <summary>
    /// Revocations. They have a tag of their own: cosign looks at the digest in a signed payload and not at its type, and beside the signatures a
    /// revocation would pass for one more of them.
    /// </summary>
    public static AttachmentTag Revocations { get; } = new(".revoked", MediaTypes.Revocation);

    /// <summary>The end of the tag.</summary>
    public string Ending { get; }

    /// <summary>
    /// Whether one signature is not as good as another over the same bytes. An attached signature that is none harms nobody here; a revocation that is none
    /// would keep the true one from being attached.
    /// </summary>
    public bool IsExact => this == Revocations;

    /// <summary>The media type of each layer.</summary>
    public string MediaType { get; }

    /// <summary>The tag beside <paramref name="image"/>.</summary>
    public string Of(Image image) => $"{Prefix}{image.Digest.Hex}{Ending}";

    /// <summary>The digest of the image that <paramref name="tag"/> stands beside, where it is a tag of this kind.</summary>
    public bool TryRead(string tag, out Digest digest)
    {
        digest = default;
        return tag.StartsWith(Prefix, StringComparison.Ordinal) && tag.EndsWith(Ending, StringComparison.Ordinal)
            && Digest.TryParse($"sha256:{tag[Prefix.Length..^Ending.Length]}", out digest);
    }
}
