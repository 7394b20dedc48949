using System.Runtime.CompilerServices;

namespace Kritis.Events.Verifier.Policies;

/// <summary>
/// The images that were asked for last, each read once: a fixed number of places, found by the identity of the text, which the same image written again shares
/// (<see cref="Admission.Scan.TextPool"/>). It avoids parsing, putting names together and hashing the ids of attestations for each admission;
/// <c>admission-decision</c> watches it. Safe to use from several threads.
/// </summary>
internal sealed class WrittenImages(PolicySet policies)
{
    private const int Places = 4_096;
    private readonly WrittenImage?[] _images = new WrittenImage?[Places];

    public WrittenImage Of(string text)
    {
        ref var place = ref _images[RuntimeHelpers.GetHashCode(text) & (Places - 1)];
        if (Volatile.Read(ref place) is { } known && ReferenceEquals(known.Text, text))
        {
            return known;
        }

        var image = new WrittenImage(text, policies);
        Volatile.Write(ref place, image);
        return image;
    }
}
