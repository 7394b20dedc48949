using System.Buffers;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Admission;

/// <summary>An image as it is shown to a person.</summary>
internal static class ImageText
{
    private const int MostCharacters = 512;
    private const int MostBriefName = 64;
    private const int BriefDigest = 20;

    private static readonly SearchValues<char> Harmless = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Exactly as it was written, unless that could forge another line or fill the screen.</summary>
    public static string Shown(string image) =>
        image.Length <= MostCharacters && !image.AsSpan().ContainsAnyExcept(Harmless) ? image : Excerpt.Of(image);

    /// <summary>Short enough to leave room for an explanation beside it, and still to be recognised: at most 85 characters.</summary>
    public static string Brief(string image)
    {
        var shown = Shown(image);
        var at = shown.LastIndexOf('@');
        if (at < 0)
        {
            return WithoutMiddle(shown);
        }

        var digest = shown.Length - at > BriefDigest ? string.Concat(shown.AsSpan(at, BriefDigest), "…") : shown[at..];
        return WithoutMiddle(shown[..at]) + digest;
    }

    private static string WithoutMiddle(string text) => text.Length <= MostBriefName
        ? text
        : string.Concat(text.AsSpan(0, MostBriefName / 2), "…", text.AsSpan(text.Length - (MostBriefName / 2) + 1));
}
