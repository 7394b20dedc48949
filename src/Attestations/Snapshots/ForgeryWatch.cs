namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// Keeps whoever can write to the log from filling memory and file with forgeries that nobody has looked at yet: one in <see cref="Sample"/>, drawn by lot,
/// is verified at once, and each that is forged has the next ones verified as well. Of a million forgeries in a row about a hundred are filed; a few
/// among many honest ones cost the start hardly anything.
/// </summary>
internal sealed class ForgeryWatch
{
    private const int Sample = 128;

    /// <summary>How many more are verified at once for each that is forged.</summary>
    private const int Penalty = 128;

    private const int MostDoubted = 8_192;
    private int _doubted;

    /// <summary>Whether the next one need not be verified at once.</summary>
    public bool LetsWait()
    {
        if (Volatile.Read(ref _doubted) <= 0)
        {
            return Random.Shared.Next(Sample) != 0;
        }

        _ = Interlocked.Decrement(ref _doubted);
        return false;
    }

    public void NoteForgery()
    {
        // Of two threads that add at the same time one may be lost: it is a measure, not a count.
        var doubted = Volatile.Read(ref _doubted);
        Volatile.Write(ref _doubted, Math.Min(Math.Max(doubted, 0) + Penalty, MostDoubted));
    }
}
