using System.Collections.Concurrent;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Index;

/// <summary>
/// The attestation log folded into a lookup by image. It holds only what was verified against a pinned key: of tags it knows what witnesses
/// have signed, and never the hint that comes with a push. Reads take no lock and see each change whole.
/// </summary>
public sealed class AttestationIndex
{
    private readonly ConcurrentDictionary<ImageKey, AttestedImage> _images = new();
    private readonly RepositoryNumbers _repositories = new();
    private readonly AttestedCombinations _combinations = new();
    private readonly ClaimedTags _tags = new();
    private volatile Action<ImageKey>? _verify;
    private long _attestations;
    private long _revocations;

    /// <summary>
    /// Whether each attestation is kept with its signature, time, tag and push: 600 bytes and more each. Without, an image costs about 100 bytes however
    /// many keys have signed it.
    /// </summary>
    public bool KeepsDetails { get; init; }

    /// <summary>How many attestations it holds.</summary>
    public long Count => Interlocked.Read(ref _attestations);

    /// <summary>How many revocations it holds.</summary>
    public long RevocationCount => Interlocked.Read(ref _revocations);

    /// <summary>How many claims of tags it holds.</summary>
    public long TagClaimCount => _tags.Count;

    internal RepositoryNumbers Repositories => _repositories;

    /// <summary>All that is known of <paramref name="image"/>; <see cref="AttestedImage.Unknown"/> where nothing is.</summary>
    public AttestedImage Find(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (_repositories.Find(image.Registry, image.Repository) is not { } repository)
        {
            return AttestedImage.Unknown;
        }

        var key = ImageKey.Of(repository, image.Digest);
        _verify?.Invoke(key);
        return _images.GetValueOrDefault(key, AttestedImage.Unknown);
    }

    /// <summary>What is known of an image without having verified what is kept of it elsewhere.</summary>
    internal AttestedImage Verified(Image image) => _images.GetValueOrDefault(KeyOf(image), AttestedImage.Unknown);

    /// <summary>Adds a verified attestation.</summary>
    /// <returns>Whether it is new: a witness's word by one key is held once.</returns>
    public bool Add(Image image, IndexedAttestation attestation) => Add(KeyOf(image), attestation);

    /// <summary>Adds a verified revocation. It stands beside the attestations, so that the order of arrival does not matter.</summary>
    /// <returns>Whether it is new: an id is held once.</returns>
    public bool Revoke(Image image, IndexedRevocation revocation)
    {
        ArgumentNullException.ThrowIfNull(revocation);
        var kept = KeepsDetails ? revocation : revocation with { Signature = default };
        var isNew = Change(KeyOf(image), known => known.Revocations.Any(held => held.Id == revocation.Id)
            ? known
            : known with { Revocations = known.Revocations.Add(kept) });
        if (isNew)
        {
            _ = Interlocked.Increment(ref _revocations);
        }

        return isNew;
    }

    /// <summary>The images of which such is known, each as it stands when it comes by; what is added meanwhile may be among them.</summary>
    /// <param name="wanted">Chooses them; asked of every image.</param>
    public IEnumerable<(Image Image, AttestedImage Known)> Where(Func<AttestedImage, bool> wanted) =>
        _images.Where(entry => wanted(entry.Value)).Select(entry => (ImageOf(entry.Key), entry.Value));

    /// <summary>
    /// What witnesses have signed about a tag, in the order of the log; empty where none has. Which of it counts is for <see cref="TagResolution"/>
    /// to say.
    /// </summary>
    /// <param name="registry">The host that is signed, lower case, with its port where it has one.</param>
    /// <param name="repository">The repository's path below the host.</param>
    /// <param name="tag">The tag.</param>
    public IReadOnlyList<TagClaim> FindTag(string registry, string repository, string tag) => _tags.Find(new TagName(registry, repository, tag));

    /// <summary>Adds a verified claim of a tag.</summary>
    /// <returns>Whether it is new: the same key's claim for the same digest is held once.</returns>
    public bool AddTag(Image image, string tag, TagClaim claim)
    {
        ArgumentNullException.ThrowIfNull(image);
        return _tags.Add(new TagName(image.Registry, image.Repository, tag), claim);
    }

    /// <summary>Forgets every claim of a tag, where the log that held them is gone and they are to be made, or read, anew.</summary>
    public void ForgetTags() => _tags.Clear();

    /// <summary>Has what was kept of an image elsewhere verified and added before the image is looked up; null once nothing is left there.</summary>
    internal void VerifyFirst(Action<ImageKey>? verify) => _verify = verify;

    internal bool Add(ImageKey image, IndexedAttestation attestation)
    {
        var isNew = Change(image, known => known.IsAttestedBy(attestation.Witness, attestation.KeyFingerprint) ? known : With(known, attestation));
        if (isNew)
        {
            _ = Interlocked.Increment(ref _attestations);
        }

        return isNew;
    }

    internal bool Holds(ImageKey image, string witness, Digest keyFingerprint) =>
        _images.TryGetValue(image, out var known) && known.IsAttestedBy(witness, keyFingerprint);

    private AttestedImage With(AttestedImage known, IndexedAttestation attestation) => KeepsDetails
        ? known with { Attestations = known.Attestations.Add(attestation) }
        : _combinations.With(known, _combinations.Brief(attestation));

    internal ImageKey KeyOf(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return ImageKey.Of(_repositories.NumberOf(image.Registry, image.Repository), image.Digest);
    }

    internal Image ImageOf(ImageKey key)
    {
        Span<byte> hash = stackalloc byte[Digest.HashLength];
        key.CopyHashTo(hash);
        var repository = _repositories.NameOf(key.Repository);
        return new Image(repository.Registry, repository.Repository, Digest.FromHash(hash));
    }

    private bool Change(ImageKey image, Func<AttestedImage, AttestedImage> change)
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
