using System.Runtime.InteropServices;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Messages;
using Microsoft.Win32.SafeHandles;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// The attestations of a snapshot that nobody has verified yet: where each one's signature stands in the file. One counts only once it has passed the
/// same checks as a record of the log, when its image is asked for or in the background, whichever comes first. So whoever can write the file cannot
/// have anything admitted.
/// </summary>
internal sealed class UnverifiedAttestations
{
    private const int LengthBits = 10;
    private readonly AttestationIndex _index;
    private readonly IResourceSource _resources;
    private readonly Dictionary<Kept, int> _slots = [];
    private readonly List<Signer> _signers = [];

    /// <summary>Offset and length of the signature; 0 once nothing is to be done any more.</summary>
    private readonly List<long> _places = [];
    private int _damage;

    private UnverifiedAttestations(SafeFileHandle file, AttestationIndex index, IResourceSource resources) =>
        (File, _index, _resources) = (file, index, resources);

    /// <summary>Raised once, for the first attestation that the file should not have held. Handlers must not throw.</summary>
    public event Action<string>? Damaged;

    /// <summary>Never closed by hand: an admission that is under way would find its signature gone.</summary>
    public SafeFileHandle File { get; }

    /// <summary>How many the file held.</summary>
    public int Count => _slots.Count;

    /// <summary>The images with what is kept of them, in the order of the file.</summary>
    public IEnumerable<ImageKey> Images => _slots.Keys.Select(kept => kept.Image);

    /// <summary>None yet, of the file at <paramref name="path"/>.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static UnverifiedAttestations Of(string path, AttestationIndex index, IResourceSource resources) =>
        new(System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), index, resources);

    /// <summary>While the file is read: one more signature.</summary>
    public void Add(ImageKey image, int signer, PinnedKey key, long offset, int length)
    {
        if (!_signers.Exists(known => known.Number == signer))
        {
            _signers.Add(new Signer(signer, key));
        }

        if (_slots.TryAdd(new Kept(image, signer), _places.Count))
        {
            _places.Add((offset << LengthBits) | (long)length);
        }
    }

    /// <summary>While the file is read: makes room.</summary>
    public void Expect(int attestations)
    {
        _ = _slots.EnsureCapacity(attestations);
        _ = _places.EnsureCapacity(attestations);
    }

    public bool Holds(ImageKey image, PinnedKey key) => _signers.Exists(signer => signer.Key == key && _slots.ContainsKey(new Kept(image, signer.Number)));

    /// <summary>The signature as the file has it; null where it has none.</summary>
    public byte[]? SignatureOf(ImageKey image, PinnedKey key) =>
        _signers.Find(signer => signer.Key == key) is { } known && _slots.TryGetValue(new Kept(image, known.Number), out var slot)
            ? ReadSignature(_places[slot])
            : null;

    /// <summary>Verifies what is kept of an image and adds to the index what counts. Safe to call from several threads.</summary>
    public void Verify(ImageKey image)
    {
        foreach (var signer in _signers)
        {
            if (_slots.TryGetValue(new Kept(image, signer.Number), out var slot))
            {
                Verify(image, signer.Key, ref CollectionsMarshal.AsSpan(_places)[slot]);
            }
        }
    }

    private void Verify(ImageKey image, PinnedKey key, ref long place)
    {
        var where = Volatile.Read(ref place);
        if (where == 0)
        {
            return;
        }

        if (!_index.Holds(image, key.Witness, key.Fingerprint))
        {
            var attestation = Read(image, key, where);
            var verdict = AttestationVerifier.Verify(attestation, _resources.Current);
            if (verdict.FailedCheck is AttestationCheck.WitnessConfigured or AttestationCheck.KeyPinned or AttestationCheck.AlgorithmMatches)
            {
                // A key that is not pinned now has the log read again when it is pinned once more.
                return;
            }

            if (verdict.IsValid)
            {
                _ = _index.Add(image, new IndexedAttestation { Witness = key.Witness, KeyFingerprint = key.Fingerprint });
            }
            else
            {
                Report($"it says that {attestation.Image} is attested by '{key.Witness}', which is not so ({verdict.Explanation})");
            }
        }

        Volatile.Write(ref place, 0);
    }

    private void Report(string what)
    {
        if (Interlocked.Exchange(ref _damage, 1) == 0)
        {
            Damaged?.Invoke(what);
        }
    }

    private AttestationCreated Read(ImageKey key, PinnedKey signer, long where)
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
            Signature = ReadSignature(where),
            CreatedAt = default,
        };
    }

    /// <summary>The signature; empty, which is none, where the file no longer has it.</summary>
    private byte[] ReadSignature(long place)
    {
        var (offset, length) = (place >> LengthBits, (int)(place & ((1 << LengthBits) - 1)));
        var signature = new byte[length];
        try
        {
            return RandomAccess.Read(File, signature, offset) == length ? signature : [];
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            return [];
        }
    }

    private readonly record struct Kept(ImageKey Image, int Signer);

    private sealed record Signer(int Number, PinnedKey Key);
}
