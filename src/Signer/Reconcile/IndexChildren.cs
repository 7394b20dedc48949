using System.Collections.Concurrent;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Signing;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>
/// What digests stand for: an image, an index with its children, or nothing that is signed. A digest stands for the same for ever, so that each is asked
/// about once in a process.
/// </summary>
internal sealed class IndexChildren(PushedImages images)
{
    private const int MostImages = 500_000;
    private readonly ConcurrentDictionary<Image, IReadOnlyList<Image>> _known = new();
    private int _images;

    /// <summary>The image and every image below it; empty for an artifact.</summary>
    /// <exception cref="RegistryException">The registry does not hold the digest, or cannot be asked.</exception>
    public async Task<IReadOnlyList<Image>> FindAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(image, out var known))
        {
            return known;
        }

        var found = await images.FindAsync(registry, image, cancellationToken);
        if (found.IsWhole && Interlocked.Add(ref _images, found.Images.Count + 1) <= MostImages)
        {
            _known[image] = found.Images;
        }

        return found.Images;
    }
}
