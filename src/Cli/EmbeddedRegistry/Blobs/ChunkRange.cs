using System.Globalization;
using System.Text.RegularExpressions;

namespace Kritis.Events.Cli.EmbeddedRegistry.Blobs;

/// <summary>
/// Where a chunk says that it belongs. In this API <c>Content-Range</c> is <c>first-last</c>, without HTTP's unit
/// (OCI distribution specification, "Pushing a blob in chunks"); clients that send HTTP's own form are understood too.
/// </summary>
internal sealed partial record ChunkRange(long First, long Last)
{
    public long Bytes => Last - First + 1;

    /// <summary>Reads the header.</summary>
    /// <param name="request">The request.</param>
    /// <param name="range">The range, or null where there is no such header.</param>
    /// <returns>Whether the header is missing or can be read.</returns>
    public static bool TryRead(HttpRequest request, out ChunkRange? range)
    {
        range = null;
        var text = request.Headers.ContentRange.ToString();
        if (text.Length == 0)
        {
            return true;
        }

        var match = Form().Match(text);
        if (!match.Success
            || !long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || last < first
            || last == long.MaxValue)
        {
            return false;
        }

        range = new ChunkRange(first, last);
        return true;
    }

    [GeneratedRegex(@"\A(?:bytes[ =])?([0-9]{1,19})-([0-9]{1,19})(?:/(?:\*|[0-9]{1,19}))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
