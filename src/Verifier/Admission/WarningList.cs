using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Admission;

/// <summary>
/// Warnings within what an API server passes on: no control characters, 256 characters each and 4,096 in all (Kubernetes, "Dynamic
/// Admission Control", warnings). What does not fit is counted.
/// </summary>
internal sealed class WarningList
{
    private const int MostWarnings = 10;
    private const int MostCharacters = 256;
    private readonly List<string> _warnings = [];
    private int _more;

    public void Add(string warning)
    {
        if (_warnings.Count == MostWarnings)
        {
            _more++;
            return;
        }

        var safe = Excerpt.Of(warning);
        _warnings.Add(safe.Length <= MostCharacters ? safe : string.Concat(safe.AsSpan(0, MostCharacters - 1), "…"));
    }

    public IReadOnlyList<string> Finish()
    {
        if (_more > 0)
        {
            _warnings.Add($"and {_more} more");
        }

        return _warnings;
    }
}
