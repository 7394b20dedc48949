using System.Text;

namespace Kritis.Events.Fuzzing.Inputs;

/// <summary>Damages a seed by its pieces: what comes of it is mostly still JSON or YAML, but says something else.</summary>
internal static class PieceDamage
{
    private const int MostRepeatedBytes = 64 * 1024;

    /// <summary>Changes one to three pieces that do not overlap.</summary>
    public static byte[] To(Seed seed, IReadOnlyList<Seed> others, Dice dice)
    {
        var edits = new List<(Piece Piece, byte[] Instead)>(3);
        for (var count = dice.Below(3); count >= 0; count--)
        {
            var piece = dice.Any(seed.Pieces);
            if (edits.TrueForAll(edit => piece.End <= edit.Piece.Start || edit.Piece.End <= piece.Start))
            {
                edits.Add((piece, Instead(seed, piece, others, dice)));
            }
        }

        edits.Sort((left, right) => left.Piece.Start.CompareTo(right.Piece.Start));
        return Apply(seed.Bytes, edits);
    }

    private static byte[] Apply(byte[] bytes, List<(Piece Piece, byte[] Instead)> edits)
    {
        var changed = new byte[bytes.Length + edits.Sum(edit => edit.Instead.Length - (edit.Piece.End - edit.Piece.Start))];
        var (from, to) = (0, 0);
        foreach (var (piece, instead) in edits)
        {
            bytes.AsSpan(from, piece.Start - from).CopyTo(changed.AsSpan(to));
            to += piece.Start - from;
            instead.CopyTo(changed.AsSpan(to));
            (from, to) = (piece.End, to + instead.Length);
        }

        bytes.AsSpan(from).CopyTo(changed.AsSpan(to));
        return changed;
    }

    private static byte[] Instead(Seed seed, Piece piece, IReadOnlyList<Seed> others, Dice dice)
    {
        var before = seed.Bytes.AsSpan(piece.Start, piece.End - piece.Start);
        return dice.Below(12) switch
        {
            0 => piece.IsMember ? "\"x\":0"u8.ToArray() : "null"u8.ToArray(),
            1 when piece.IsMember || piece.IsItem => Twice(before, seed.Separator, before),
            2 when piece.IsMember || piece.IsItem => Twice(before, seed.Separator, Other(seed, piece, dice)),
            3 when piece.IsMember || piece.IsItem => Twice(Other(dice.Any(others), piece, dice), seed.Separator, before),
            4 => [.. Other(dice.Any(others), piece, dice)],
            5 or 6 => Respelt(before, dice),
            7 when dice.Once(20) && (piece.IsMember || piece.IsItem) => Many(before, seed.Separator, dice),
            8 when dice.Once(4) => Deep(before, piece.IsMember, dice),
            _ when piece.IsMember || dice.Once(3) => [.. Other(seed, piece, dice)],
            _ => dice.Any(HostileTokens.Values),
        };
    }

    private static byte[] Twice(ReadOnlySpan<byte> first, string separator, ReadOnlySpan<byte> second) => [.. first, .. Encoding.UTF8.GetBytes(separator), .. second];

    /// <summary>Another piece of the same sort; none where the seed has none.</summary>
    private static ReadOnlySpan<byte> Other(Seed seed, Piece piece, Dice dice)
    {
        var like = seed.Like(piece);
        if (like.Count == 0)
        {
            return [];
        }

        var other = dice.Any(like);
        return seed.Bytes.AsSpan(other.Start, other.End - other.Start);
    }

    /// <summary>The same meaning, or nearly, in another spelling: an escape for a letter, upper case for lower.</summary>
    private static byte[] Respelt(ReadOnlySpan<byte> piece, Dice dice)
    {
        var at = dice.Below(piece.Length + 1);
        var letter = piece[at..].IndexOfAnyInRange((byte)'a', (byte)'z');
        if (letter < 0)
        {
            return [.. piece, (byte)' '];
        }

        at += letter;
        var instead = dice.Once(2) ? $"\\u{piece[at]:x4}" : $"{char.ToUpperInvariant((char)piece[at])}";
        return [.. piece[..at], .. Encoding.UTF8.GetBytes(instead), .. piece[(at + 1)..]];
    }

    private static byte[] Many(ReadOnlySpan<byte> piece, string separator, Dice dice)
    {
        var repeated = Twice(piece, separator, []);
        var times = dice.Below(1 + (MostRepeatedBytes / Math.Max(repeated.Length, 1)));
        var many = new byte[(times * repeated.Length) + piece.Length];
        for (var time = 0; time < times; time++)
        {
            repeated.CopyTo(many.AsSpan(time * repeated.Length));
        }

        piece.CopyTo(many.AsSpan(times * repeated.Length));
        return many;
    }

    private static byte[] Deep(ReadOnlySpan<byte> piece, bool isMember, Dice dice)
    {
        var levels = dice.Once(10) ? dice.Below(20_000) : dice.Below(200);
        var (open, close) = dice.Once(2) ? ("[", "]") : ("{\"a\":", "}");
        var (first, last) = (string.Concat(Enumerable.Repeat(open, levels)), dice.Once(4) ? "" : string.Concat(Enumerable.Repeat(close, levels)));
        return [.. isMember ? "\"a\":"u8 : [], .. Encoding.ASCII.GetBytes(first), .. isMember ? "1"u8 : piece, .. Encoding.ASCII.GetBytes(last)];
    }
}
