using System.Globalization;
using System.Text;

namespace Kritis.Events.Contracts.Images;

/// <summary>Makes foreign text fit for an error message or a log line.</summary>
public static class Excerpt
{
    private const int MostCharacters = 300;

    /// <summary>
    /// <paramref name="text"/> with control, format and line-separating characters and lone surrogates written as <c>\uXXXX</c>,
    /// so that it can forge no second line, and cut to 300 characters with its true length behind it.
    /// </summary>
    public static string Of(string? text)
    {
        if (text is null)
        {
            return "(nothing)";
        }

        // Nearly everything that is shown is plain ASCII, on each admission too (admission-decision watches it): that is safe as it is.
        if (text.Length <= MostCharacters && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var shown = text.Length <= MostCharacters ? text : text[..MostCharacters];
        var safe = new StringBuilder(shown.Length);
        foreach (var character in shown)
        {
            AppendSafely(safe, character);
        }

        return text.Length <= MostCharacters
            ? safe.ToString()
            : safe.Append(CultureInfo.InvariantCulture, $"… ({text.Length} characters)").ToString();
    }

    private static void AppendSafely(StringBuilder safe, char character)
    {
        var forges = char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
        _ = forges ? safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}") : safe.Append(character);
    }
}
