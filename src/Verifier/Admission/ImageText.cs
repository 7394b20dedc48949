using System.Buffers;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Admission;

/// <summary>An image as it is shown to a person: exactly as it was written, unless that could forge another line or fill the screen.</summary>
internal static class ImageText
{
    private const int MostCharacters = 512;

    private static readonly SearchValues<char> Harmless = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    public static string Shown(string image) =>
        image.Length <= MostCharacters && !image.AsSpan().ContainsAnyExcept(Harmless) ? image : Excerpt.Of(image);
}
