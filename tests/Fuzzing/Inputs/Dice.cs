namespace Kritis.Events.Fuzzing.Inputs;

/// <summary>Numbers that the same seed gives again, on any machine and in any version of .NET (SplitMix64).</summary>
internal sealed class Dice(ulong state)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state = state;

    /// <summary>The dice of one input: it depends on nothing that came before it, so that an input can be made again alone.</summary>
    public static Dice Of(ulong seed, string target, long number)
    {
        // FNV-1a: string.GetHashCode differs from run to run.
        var name = target.Aggregate(0xCBF29CE484222325UL, (hash, character) => (hash ^ character) * 0x100000001B3UL);
        var mixed = new Dice(seed ^ name);
        return new Dice(mixed.Next() + ((ulong)number * Golden));
    }

    public ulong Next()
    {
        var mixed = _state += Golden;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number from 0 to below <paramref name="end"/>, which must be above 0.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>True once in <paramref name="times"/> throws.</summary>
    public bool Once(int times) => Below(times) == 0;

    public T Any<T>(IReadOnlyList<T> items) => items[Below(items.Count)];
}
