using System.Runtime.CompilerServices;
using Kritis.Events.Verifier.Admission.Scan;

namespace Kritis.Events.Verifier.Policies;

/// <summary>
/// The images that were asked for last, each read once: a fixed number of pairs of places, found by the identity of the text, which the same image written again shares
/// (<see cref="TextPool"/>). It avoids parsing, putting names together and hashing the ids of attestations for each admission;
/// <c>admission-decision</c> watches it. Safe to use from several threads.
/// </summary>
internal sealed class WrittenImages(PolicySet policies)
{
    private const int Pairs = 2_048;
    private readonly WrittenImage?[] _images = new WrittenImage?[2 * Pairs];

    public WrittenImage Of(string text)
    {
        // Texts so long have no identity to be found by again (TextPool), and whoever writes them is not to choose how much is kept.
        if (text.Length > TextPool.MostBytes)
        {
            return new WrittenImage(text, policies);
        }

        var pair = _images.AsSpan(2 * (RuntimeHelpers.GetHashCode(text) & (Pairs - 1)), 2);
        var newer = Volatile.Read(ref pair[0]);
        if (ReferenceEquals(newer?.Text, text))
        {
            return newer;
        }

        if (Volatile.Read(ref pair[1]) is { } older && ReferenceEquals(older.Text, text))
        {
            return older;
        }

        var image = new WrittenImage(text, policies);
        Volatile.Write(ref pair[1], newer);
        Volatile.Write(ref pair[0], image);
        return image;
    }
}
