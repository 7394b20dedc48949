using System.Globalization;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Admission.BreakGlass;

/// <summary>
/// The annotation by which somebody asks that images run without an attestation: <c>until=TIME digests=sha256:…,sha256:… reason=TEXT</c>. It names
/// a time (RFC 3339, at most a day ahead), the digests it is for, and a reason, which is the rest of the text. Only a policy that allows it gives it any weight.
/// </summary>
internal sealed record BrokenGlass
{
    public const string Annotation = "kritis.grafeas.io/breakglass";

    private const int MostCharacters = 4096;
    private const int MostReasonCharacters = 200;
    private const string Expected = "expected until=2026-11-24T18:00:00Z digests=sha256:…,sha256:… reason=why";
    private const string UntilKey = "until=";
    private const string DigestsKey = "digests=";
    private const string ReasonKey = "reason=";
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public required DateTimeOffset Until { get; init; }

    public required IReadOnlySet<Digest> Digests { get; init; }

    /// <summary>Why, fit to be shown.</summary>
    public required string Reason { get; init; }

    /// <summary>Reads the annotation as it counts at this moment.</summary>
    /// <param name="text">The annotation's value.</param>
    /// <param name="now">The moment.</param>
    /// <param name="problem">Why it does not count, as a clause; null where it does.</param>
    public static BrokenGlass? Read(string text, DateTimeOffset now, out string? problem)
    {
        var parts = text.Length <= MostCharacters ? text.Split(' ', 3, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
        if (parts is not [var until, var digests, var reason]
            || !until.StartsWith(UntilKey, StringComparison.Ordinal)
            || !digests.StartsWith(DigestsKey, StringComparison.Ordinal)
            || !reason.StartsWith(ReasonKey, StringComparison.Ordinal))
        {
            problem = $"it is not written as it must be; {Expected}";
            return null;
        }

        var glass = Read(until[UntilKey.Length..], digests[DigestsKey.Length..], reason[ReasonKey.Length..], out problem);
        if (glass is not null)
        {
            problem = ProblemOfTime(glass.Until, now);
        }

        return problem is null ? glass : null;
    }

    /// <summary>As much of an annotation as has to be kept to read it later: of one that is too long no more than shows that it is.</summary>
    public static string? Kept(string? text) => text is { Length: > MostCharacters } ? text[..(MostCharacters + 1)] : text;

    private static BrokenGlass? Read(string until, string digests, string reason, out string? problem)
    {
        var isTime = DateTimeOffset.TryParseExact(
            until, ["yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-ddTHH:mm:sszzz"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        if (!isTime)
        {
            problem = $"'{Excerpt.Of(until)}' is no time; {Expected}";
            return null;
        }

        var named = new HashSet<Digest>();
        foreach (var written in digests.Split(','))
        {
            if (!Digest.TryParse(written, out var digest))
            {
                problem = $"'{Excerpt.Of(written)}' is no digest; {Expected}";
                return null;
            }

            _ = named.Add(digest);
        }

        problem = string.IsNullOrWhiteSpace(reason) || reason.Length > MostReasonCharacters ? $"its reason must have 1 to {MostReasonCharacters} characters" : null;
        return problem is null ? new BrokenGlass { Until = time, Digests = named, Reason = Excerpt.Of(reason) } : null;
    }

    private static string? ProblemOfTime(DateTimeOffset until, DateTimeOffset now)
    {
        if (until <= now)
        {
            return $"its time has run out at {until.UtcDateTime:u}";
        }

        return until - now > Longest ? $"it may reach at most {Longest.TotalHours:0} h ahead, not until {until.UtcDateTime:u}" : null;
    }
}
