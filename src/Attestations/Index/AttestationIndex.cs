using System.Collections.Concurrent;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Index;

/// <summary>
/// The attestation log folded into a lookup by image. It holds only what was verified against a pinned key, knows digests only
/// and never a tag. Reads take no lock and see each change whole.
/// </summary>
public sealed class AttestationIndex
{
    private readonly ConcurrentDictionary<Image, AttestedImage> _images = new();
    private long _attestations;
    private long _revocations;

    /// <summary>How many attestations it holds.</summary>
    public long Count => Interlocked.Read(ref _attestations);

    /// <summary>How many revocations it holds.</summary>
    public long RevocationCount => Interlocked.Read(ref _revocations);

    /// <summary>All that is known of <paramref name="image"/>; <see cref="AttestedImage.Unknown"/> where nothing is.</summary>
    public AttestedImage Find(Image image) => _images.GetValueOrDefault(image, AttestedImage.Unknown);

    /// <summary>Adds a verified attestation.</summary>
    /// <returns>Whether it is new: an id is held once.</returns>
    public bool Add(Image image, IndexedAttestation attestation)
    {
        var isNew = Change(image, known => known.Attestations.Any(held => held.Id == attestation.Id)
            ? known
            : known with { Attestations = known.Attestations.Add(attestation) });
        if (isNew)
        {
            _ = Interlocked.Increment(ref _attestations);
        }

        return isNew;
    }

    /// <summary>Adds a verified revocation. It stands beside the attestations, so that the order of arrival does not matter.</summary>
    /// <returns>Whether it is new: an id is held once.</returns>
    public bool Revoke(Image image, IndexedRevocation revocation)
    {
        var isNew = Change(image, known => known.Revocations.Any(held => held.Id == revocation.Id)
            ? known
            : known with { Revocations = known.Revocations.Add(revocation) });
        if (isNew)
        {
            _ = Interlocked.Increment(ref _revocations);
        }

        return isNew;
    }

    private bool Change(Image image, Func<AttestedImage, AttestedImage> change)
    {
        while (true)
        {
            var before = _images.GetOrAdd(image, AttestedImage.Unknown);
            var after = change(before);
            if (ReferenceEquals(before, after))
            {
                return false;
            }

            if (_images.TryUpdate(image, after, before))
            {
                return true;
            }
        }
    }
}
