using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Messages;
using Microsoft.Win32.SafeHandles;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// The attestations of a snapshot file that nobody has verified yet: where each one's signature stands in it. One counts only once it has passed the
/// same checks as a record of the log, when its image is asked for or in the background, whichever comes first. So whoever can write the file, or
/// the log, cannot have anything admitted.
/// </summary>
internal sealed class UnverifiedAttestations
{
    private readonly AttestationIndex _index;
    private readonly IResourceSource _resources;
    private readonly UnverifiedPlaces _places = new();
    private int _damage;

    private UnverifiedAttestations(SafeFileHandle file, AttestationIndex index, IResourceSource resources) =>
        (File, _index, _resources) = (file, index, resources);

    /// <summary>Raised once, for the first attestation that the file should not have held. Handlers must not throw.</summary>
    public event Action<string>? Damaged;

    /// <summary>Raised for each that was filed as it came from the log and is not true. Handlers must not throw.</summary>
    public event Action<AttestationCreated, Verdict>? Forged;

    /// <summary>Never closed by hand: an admission that is under way would find its signature gone.</summary>
    public SafeFileHandle File { get; }

    /// <summary>How many it took in.</summary>
    public int Count => _places.Count;

    /// <summary>The images with what is kept of them, in the order of the file. Not before it is <see cref="Seal">sealed</see>.</summary>
    public IEnumerable<ImageKey> Images => _places.Images;

    /// <summary>None yet, of the file at <paramref name="path"/>.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static UnverifiedAttestations Of(string path, AttestationIndex index, IResourceSource resources) =>
        new(System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), index, resources);

    /// <summary>While the file is read: one more signature. Of two for the same image and key the one that was verified when it was written stays.</summary>
    public void Add(ImageKey image, PinnedKey key, SignaturePlace place) => _places.Add(image, key, place);

    /// <summary>While the file is read: makes room.</summary>
    public void Expect(int attestations) => _places.Expect(attestations);

    /// <summary>One more that is about to be written: until <see cref="Written"/> it is kept here. Not where one is held for the image and key.</summary>
    public void AddWaiting(ImageKey image, PinnedKey key, ReadOnlyMemory<byte> signature, int offset) => _places.Wait(image, key, signature, offset);

    /// <summary>What waits was written, each at its offset behind <paramref name="start"/>.</summary>
    public void Written(long start) => _places.Written(start);

    /// <summary>Nothing is taken in any more, and looking up needs no lock.</summary>
    public void Seal() => _places.Seal();

    /// <summary>Whether something is kept for the image and key, verified or not.</summary>
    public bool Holds(ImageKey image, PinnedKey key) => _places.Holds(image, key);

    /// <summary>Whether the file has one for the image and key that was verified when it was written.</summary>
    public bool HoldsVerified(ImageKey image, PinnedKey key) => _places.Find(image, key) is { Bits: > 0 } found && !SignaturePlace.From(found.Bits).IsFiled;

    /// <summary>The signature as the file has it; null where it has none.</summary>
    public byte[]? SignatureOf(ImageKey image, PinnedKey key) =>
        _places.Find(image, key) is { Bits: > 0 } found ? ReadSignature(SignaturePlace.From(found.Bits)) : null;

    /// <summary>Verifies what is kept of an image and adds to the index what counts. Safe to call from several threads.</summary>
    public void Verify(ImageKey image)
    {
        foreach (var key in _places.Signers)
        {
            if (_places.Find(image, key) is { IsDone: false } found)
            {
                Verify(image, key, found);
            }
        }
    }

    private void Verify(ImageKey image, PinnedKey key, UnverifiedPlace found)
    {
        if (_index.Holds(image, key.Witness, key.Fingerprint))
        {
            _ = _places.TryEnd(image, key);
            return;
        }

        var isThere = TryGetSignature(found, out var signature);
        var attestation = Attestation(image, key, signature);
        var verdict = AttestationVerifier.Verify(attestation, _resources.Current);
        if (verdict.FailedCheck is AttestationCheck.WitnessConfigured or AttestationCheck.KeyPinned or AttestationCheck.AlgorithmMatches)
        {
            // A key that is not pinned now has the log read again when it is pinned once more.
            return;
        }

        if (verdict.IsValid)
        {
            _ = _index.Add(image, new IndexedAttestation { Witness = key.Witness, KeyFingerprint = key.Fingerprint });
            _ = _places.TryEnd(image, key);
        }
        else if (_places.TryEnd(image, key))
        {
            Tell(attestation, verdict, wasFiled: isThere && (found.IsWaiting || SignaturePlace.From(found.Bits).IsFiled));
        }
    }

    /// <summary>Who forges in the log must not have the file distrusted and the log read again: it would be filed again.</summary>
    private void Tell(AttestationCreated attestation, Verdict verdict, bool wasFiled)
    {
        if (wasFiled)
        {
            Forged?.Invoke(attestation, verdict);
        }
        else if (Interlocked.Exchange(ref _damage, 1) == 0)
        {
            Damaged?.Invoke($"it says that {attestation.Image} is attested by '{attestation.Witness}', which is not so ({verdict.Explanation})");
        }
    }

    private AttestationCreated Attestation(ImageKey key, PinnedKey signer, ReadOnlyMemory<byte> signature)
    {
        var image = _index.ImageOf(key);
        var payload = SimpleSigningPayload.Create(image, signer.Witness);
        return new AttestationCreated
        {
            Id = AttestationId.Of(signer.Fingerprint, payload),
            Image = image,
            Witness = signer.Witness,
            KeyFingerprint = signer.Fingerprint,
            KeyId = "",
            Algorithm = signer.Algorithm.Name(),
            Payload = payload,
            Signature = signature,
            CreatedAt = default,
        };
    }

    private bool TryGetSignature(UnverifiedPlace place, out ReadOnlyMemory<byte> signature)
    {
        if (place.IsWaiting)
        {
            signature = place.Waiting;
            return true;
        }

        var read = ReadSignature(SignaturePlace.From(place.Bits));
        signature = read;
        return read is not null;
    }

    /// <summary>The signature; null where the file no longer has it as it was.</summary>
    private byte[]? ReadSignature(SignaturePlace place)
    {
        var signature = new byte[place.Length];
        try
        {
            return RandomAccess.Read(File, signature, place.Offset) == signature.Length && place.Is(signature) ? signature : null;
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            return null;
        }
    }
}
