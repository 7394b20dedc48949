namespace Kritis.Events.Fuzzing.Inputs;

/// <summary>The inputs of one run: first the seeds as they are, then what damage makes of them. The same seed and number give the same input.</summary>
internal sealed class InputSource(string target, IReadOnlyList<Seed> seeds, ulong seed)
{
    public int Seeds => seeds.Count;

    public byte[] At(long number)
    {
        if (number < seeds.Count)
        {
            return seeds[(int)number].Bytes;
        }

        var dice = Dice.Of(seed, target, number);
        var chosen = dice.Any(seeds);
        if (chosen.Pieces.Count == 0 || dice.Once(5))
        {
            return InBytes(chosen.Bytes, 1 + dice.Below(4), dice);
        }

        var changed = PieceDamage.To(chosen, seeds, dice);
        return dice.Once(6) ? InBytes(changed, 1 + dice.Below(2), dice) : changed;
    }

    private static byte[] InBytes(byte[] bytes, int times, Dice dice)
    {
        for (; times > 0; times--)
        {
            bytes = ByteDamage.To(bytes, dice);
        }

        return bytes;
    }
}
