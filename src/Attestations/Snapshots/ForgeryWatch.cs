namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// Keeps whoever can write to the log from filling memory and file with forgeries that nobody has looked at yet: one in <see cref="Sample"/>, drawn by lot,
/// is verified at once, and each that is forged has ones verified as well until so many were valid. Of a million forgeries in a row about a hundred are filed; one
/// among some thousand honest ones costs the start hardly anything. Where one in a hundred is forged everything is verified at once, as it would be without filing.
/// </summary>
internal sealed class ForgeryWatch
{
    private const int Sample = 128;

    /// <summary>How many must turn out to be valid for each that is forged, before others wait again.</summary>
    private const int Penalty = 128;

    private const int MostDoubted = 8_192;
    private int _doubted;

    /// <summary>Whether the next one need not be verified at once.</summary>
    public bool LetsWait() => Volatile.Read(ref _doubted) <= 0 && Random.Shared.Next(Sample) != 0;

    /// <summary>One that was verified at once is valid.</summary>
    public void NoteValid()
    {
        if (Volatile.Read(ref _doubted) > 0)
        {
            _ = Interlocked.Decrement(ref _doubted);
        }
    }

    public void NoteForgery()
    {
        // Of two threads that add at the same time one may be lost: it is a measure, not a count.
        var doubted = Volatile.Read(ref _doubted);
        Volatile.Write(ref _doubted, Math.Min(Math.Max(doubted, 0) + Penalty, MostDoubted));
    }
}
