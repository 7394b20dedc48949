using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Kritis.Events.Contracts.Images;

/// <summary>
/// A SHA-256 content digest, written <c>sha256:</c> and 64 lower-case hexadecimal digits
/// (OCI image specification, "Digests"). No other algorithm is accepted: nothing else is ever signed or admitted.
/// </summary>
[JsonConverter(typeof(DigestJsonConverter))]
public readonly record struct Digest
{
    /// <summary>The number of characters of a written digest: <c>sha256:</c> and 64 digits.</summary>
    public const int TextLength = 71;

    /// <summary>The number of bytes of a SHA-256 hash.</summary>
    public const int HashLength = 32;

    private const string Prefix = "sha256:";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private readonly string? _text;

    private Digest(string text) => _text = text;

    /// <summary>The 64 hexadecimal digits without the algorithm.</summary>
    public string Hex => ToString()[Prefix.Length..];

    /// <summary>Reads a digest.</summary>
    /// <param name="text">The text; upper-case digits, white space and other algorithms are refused.</param>
    /// <param name="digest">The digest, where the text is one.</param>
    /// <returns>Whether <paramref name="text"/> is a SHA-256 digest.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is not { Length: TextLength } || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        if (text.AsSpan(Prefix.Length).ContainsAnyExcept(HexDigits))
        {
            return false;
        }

        digest = new Digest(text);
        return true;
    }

    /// <summary>Reads a digest.</summary>
    /// <exception cref="FormatException">The text is not <c>sha256:</c> and 64 lower-case hexadecimal digits.</exception>
    public static Digest Parse(string text) => TryParse(text, out var digest)
        ? digest
        : throw new FormatException($"'{Excerpt.Of(text)}' is not a digest: expected 'sha256:' and 64 lower-case hexadecimal digits.");

    /// <summary>The digest of <paramref name="content"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[HashLength];
        _ = System.Security.Cryptography.SHA256.HashData(content, hash);
        return FromHash(hash);
    }

    /// <summary>The digest whose 32 bytes these are.</summary>
    /// <exception cref="ArgumentException">They are not 32.</exception>
    public static Digest FromHash(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, HashLength);
        return new Digest(Prefix + Convert.ToHexStringLower(hash));
    }

    /// <summary>Writes the digest's 32 bytes.</summary>
    /// <param name="destination">At least <see cref="HashLength"/> bytes.</param>
    public void CopyHashTo(Span<byte> destination) =>
        _ = Convert.FromHexString(ToString().AsSpan(Prefix.Length), destination[..HashLength], out _, out _);

    /// <summary>The digest as it is written everywhere: <c>sha256:…</c>.</summary>
    /// <exception cref="InvalidOperationException">The value is <c>default</c>, which is no digest.</exception>
    public override string ToString() => _text ?? throw new InvalidOperationException("An uninitialised digest has no text.");
}
