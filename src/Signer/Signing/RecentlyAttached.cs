using System.Collections.Concurrent;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Signing;

/// <summary>
/// The images this signer lately attached signatures to. Two signers that write the same <c>.sig</c> manifest at once can
/// overwrite each other where the registry knows no conditional writes; each of them looks again when the other's attestation comes
/// by on the log, so that the last writer always ends with both.
/// </summary>
internal sealed class RecentlyAttached(TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);
    private const int Most = 50_000;
    private readonly ConcurrentDictionary<Image, DateTimeOffset> _images = new();

    public void Remember(Image image)
    {
        if (_images.Count >= Most)
        {
            Forget(time.GetUtcNow() - Kept);
        }

        _images[image] = time.GetUtcNow();
    }

    public bool Holds(Image image) => _images.TryGetValue(image, out var at) && time.GetUtcNow() - at < Kept;

    private void Forget(DateTimeOffset before)
    {
        foreach (var (image, at) in _images)
        {
            if (at < before)
            {
                _ = _images.TryRemove(image, out _);
            }
        }
    }
}
