using Kritis.Events.Fuzzing.Inputs;

namespace Kritis.Events.Fuzzing.Running;

/// <summary>
/// A reader of foreign bytes and what it promises about all of them. It is used by one thread, and the same input twice in a row must be as harmless as once.
/// </summary>
internal abstract class FuzzTarget
{
    private const long FixedBytes = 512 * 1024;
    private const long BytesForEachByte = 100;

    /// <summary>As it is named on the command line and in the corpus.</summary>
    public abstract string Name { get; }

    /// <summary>Lawful inputs, and unlawful ones that are worth a variation.</summary>
    public abstract IReadOnlyList<Seed> Seeds { get; }

    /// <summary>The outcomes that some thousands of inputs must come to: a run whose inputs all end at the door proves nothing.</summary>
    public abstract IReadOnlyList<string> Reaches { get; }

    /// <summary>Reads an input.</summary>
    /// <returns>What came of it, in a word or two: it is counted.</returns>
    /// <exception cref="BrokenPromiseException">The reader broke a promise. Any other exception is a finding as well.</exception>
    public abstract string Take(byte[] input);

    /// <summary>The most bytes that an input of <paramref name="length"/> bytes may have the reader allocate.</summary>
    public virtual long MostAllocated(int length) => FixedBytes + (BytesForEachByte * length);
}
