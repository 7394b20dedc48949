using System.Globalization;

namespace Kritis.Events.Cli.EmbeddedRegistry.Routing;

/// <summary>The part of a sorted list that <c>?n=</c> and <c>?last=</c> ask for (OCI distribution specification, "Listing tags").</summary>
internal sealed record PageRequest(int Count, string? Last)
{
    private const int MostEntries = 1000;

    public static RegistryError? Read(HttpRequest request, out PageRequest page)
    {
        var last = request.Query["last"].ToString();
        page = new PageRequest(MostEntries, last.Length == 0 ? null : last);
        var n = request.Query["n"].ToString();
        if (n.Length == 0)
        {
            return null;
        }

        if (!int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return RegistryError.PageInvalid("'n' is no whole number from 0 to 2147483647.");
        }

        page = page with { Count = Math.Min(count, MostEntries) };
        return null;
    }

    /// <summary>The page of <paramref name="sorted"/>; where more follows, the answer is told where the next page begins.</summary>
    public IReadOnlyList<string> Of(IReadOnlyList<string> sorted, HttpContext context)
    {
        var rest = sorted.Where(entry => Last is null || string.CompareOrdinal(entry, Last) > 0).Take(Count + 1).ToList();
        if (rest.Count <= Count)
        {
            return rest;
        }

        rest.RemoveAt(Count);
        if (rest is [.., var end])
        {
            LinkToNext(context, end);
        }

        return rest;
    }

    private void LinkToNext(HttpContext context, string end) => context.Response.Headers.Link =
        string.Create(CultureInfo.InvariantCulture, $"<{context.Request.PathBase}{context.Request.Path}?last={Uri.EscapeDataString(end)}&n={Count}>; rel=\"next\"");
}
