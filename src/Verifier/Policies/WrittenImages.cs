using System.Runtime.CompilerServices;
using Kritis.Events.Contracts;
using Kritis.Events.Verifier.Admission.Scan;

namespace Kritis.Events.Verifier.Policies;

/// <summary>
/// The images that were asked for last, each read once: found by the identity of the text, which the same image written again shares
/// (<see cref="TextPool"/>). It avoids parsing, putting names together and hashing the ids of attestations for each admission;
/// <c>admission-decision</c> watches it. Safe to use from several threads.
/// </summary>
internal sealed class WrittenImages(PolicySet policies)
{
    private const int Pairs = 2_048;
    private readonly RecentPairs<WrittenImage> _images = new(Pairs);

    public WrittenImage Of(string text)
    {
        // Texts so long have no identity to be found by again (TextPool), and whoever writes them is not to choose how much is kept.
        if (text.Length > TextPool.MostBytes)
        {
            return new WrittenImage(text, policies);
        }

        var hash = RuntimeHelpers.GetHashCode(text);
        if (_images.Find(hash, text, static (image, text) => ReferenceEquals(image.Text, text)) is { } known)
        {
            return known;
        }

        var image = new WrittenImage(text, policies);
        _images.Keep(hash, image);
        return image;
    }
}
