using System.Buffers.Binary;
using System.Text;
using Kritis.Events.Contracts;

namespace Kritis.Events.Verifier.Admission.Scan;

/// <summary>
/// Texts that come again and again, each made once: a namespace, a user, the image of a hundred replicas. Safe to use from several threads.
/// </summary>
internal static class TextPool
{
    /// <summary>Longer texts are made anew each time.</summary>
    public const int MostBytes = 512;

    private const int Pairs = 2_048;
    private const int Sampled = 3 * sizeof(ulong);
    private static readonly RecentPairs<string> Texts = new(Pairs);

    /// <summary>The text of these UTF-8 bytes, which must be valid.</summary>
    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MostBytes)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var hash = HashOf(utf8);
        if (Texts.Find(hash, utf8, static (text, utf8) => text.Length == utf8.Length && Ascii.Equals(utf8, text)) is { } known)
        {
            return known;
        }

        var text = Encoding.UTF8.GetString(utf8);
        Texts.Keep(hash, text);
        return text;
    }

    /// <summary>Its ends decide: a digest's last digits, a name's random ones. Texts that share them only drive each other out.</summary>
    private static int HashOf(ReadOnlySpan<byte> utf8)
    {
        Span<byte> sample = stackalloc byte[Sampled];
        sample.Clear();
        if (utf8.Length <= Sampled)
        {
            utf8.CopyTo(sample);
        }
        else
        {
            utf8[..sizeof(ulong)].CopyTo(sample);
            utf8[^(Sampled - sizeof(ulong))..].CopyTo(sample[sizeof(ulong)..]);
        }

        var mixed = (ulong)utf8.Length;
        for (var at = 0; at < Sampled; at += sizeof(ulong))
        {
            mixed = (mixed ^ BinaryPrimitives.ReadUInt64LittleEndian(sample[at..])) * 0x9E3779B97F4A7C15;
            mixed ^= mixed >> 29;
        }

        return (int)(mixed >> 40);
    }
}
