namespace Kritis.Events.Verifier.Tls.Shared;

/// <summary>Tells a problem that lasts from one that is new.</summary>
internal sealed class ToldOnce
{
    /// <summary>The last problem; null while there is none.</summary>
    public string? Last { get; private set; }

    /// <summary>Takes the problem as it is now, or null for none.</summary>
    /// <returns>Whether it is another one than before.</returns>
    public bool Is(string? problem)
    {
        var isNew = problem != Last;
        Last = problem;
        return isNew;
    }
}
