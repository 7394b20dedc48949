namespace Kritis.Events.Fuzzing.Inputs;

/// <summary>Damages bytes as broken disks and attackers do, without knowing what they mean.</summary>
internal static class ByteDamage
{
    public static byte[] To(byte[] bytes, Dice dice)
    {
        if (bytes.Length == 0)
        {
            return dice.Any(HostileTokens.Anywhere);
        }

        var at = dice.Below(bytes.Length);
        var length = Math.Min(1 + dice.Below(60), bytes.Length - at);
        return dice.Below(9) switch
        {
            0 => With(bytes, at, (byte)(bytes[at] ^ (1 << dice.Below(8)))),
            1 => With(bytes, at, (byte)dice.Below(256)),
            2 => [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)],
            3 => Insert(bytes, dice.Below(bytes.Length), bytes.AsSpan(at, length)),
            4 => bytes[..at],
            5 => bytes[at..],
            6 => [.. bytes.AsSpan(0, at), .. dice.Any(HostileTokens.Anywhere), .. bytes.AsSpan(at + length)],
            _ => Insert(bytes, at, dice.Any(HostileTokens.Anywhere)),
        };
    }

    private static byte[] With(byte[] bytes, int at, byte value)
    {
        var changed = (byte[])bytes.Clone();
        changed[at] = value;
        return changed;
    }

    private static byte[] Insert(byte[] bytes, int at, ReadOnlySpan<byte> piece) => [.. bytes.AsSpan(0, at), .. piece, .. bytes.AsSpan(at)];
}
