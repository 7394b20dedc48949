using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Kritis.Events.Verifier.Admission.Scan;

/// <summary>
/// Texts that come again and again, each made once: a namespace, a user, the image of a hundred replicas. A fixed number of pairs of places, each for the
/// last two texts that fell there, so that it is bounded whoever fills it. Safe to use from several threads.
/// </summary>
internal static class TextPool
{
    /// <summary>Longer texts are made anew each time.</summary>
    public const int MostBytes = 512;

    private const int Pairs = 2_048;
    private const int Sampled = 3 * sizeof(ulong);
    private static readonly string?[] Texts = new string?[2 * Pairs];

    /// <summary>The text of these UTF-8 bytes, which must be valid.</summary>
    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MostBytes)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var pair = Texts.AsSpan(2 * PairOf(utf8), 2);
        var newer = Volatile.Read(ref pair[0]);
        if (IsSame(newer, utf8))
        {
            return newer;
        }

        var older = Volatile.Read(ref pair[1]);
        if (IsSame(older, utf8))
        {
            return older;
        }

        var text = Encoding.UTF8.GetString(utf8);
        Volatile.Write(ref pair[1], newer);
        Volatile.Write(ref pair[0], text);
        return text;
    }

    private static bool IsSame([NotNullWhen(true)] string? known, ReadOnlySpan<byte> utf8) =>
        known is not null && known.Length == utf8.Length && Ascii.Equals(utf8, known);

    /// <summary>Its ends decide: a digest's last digits, a name's random ones. Texts that share them only drive each other out.</summary>
    private static int PairOf(ReadOnlySpan<byte> utf8)
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

        return (int)(mixed >> 40) & (Pairs - 1);
    }
}
