using System.Diagnostics.CodeAnalysis;

namespace Kritis.Events.Contracts.Images;

/// <summary>
/// Names of images, <c>registry/repository</c>, that were found to be written in full lately: one that comes again with another digest is neither taken
/// apart nor checked nor kept anew. At most 1,024, of at most 255 characters each. A hot path: records of the log name few repositories and many
/// digests; <c>cold-start</c> watches it. Safe to use from several threads.
/// </summary>
internal static class RecentImageNames
{
    private const int Pairs = 512;
    private static readonly RecentPairs<Entry> Entries = new(Pairs);

    /// <summary>Puts the image together, where its name is known.</summary>
    /// <param name="text">What may be an image's whole text.</param>
    /// <param name="image">The image.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out Image? image)
    {
        image = null;
        var at = text.Length - Digest.TextLength - 1;
        if (at is <= 0 or > ImageReferenceParser.MostNameCharacters || text[at] != '@')
        {
            return false;
        }

        var name = text[..at];
        if (Entries.Find(string.GetHashCode(name), name, static (entry, name) => name.SequenceEqual(entry.Name)) is not { } known
            || !Digest.TryParse(text[(at + 1)..].ToString(), out var digest))
        {
            return false;
        }

        image = new Image(known.Registry, known.Repository, digest);
        return true;
    }

    /// <summary>Keeps the name of an image that was written in full.</summary>
    public static void Note(Image image)
    {
        var name = image.Name;
        Entries.Keep(string.GetHashCode(name), new Entry(name, image.Registry, image.Repository));
    }

    private sealed record Entry(string Name, string Registry, string Repository);
}
