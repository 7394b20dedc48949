using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kritis.Events.Attestations.Index;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// Where the signatures of unverified attestations are, by image and key: one for each. A hot path: a start from the log adds to it for each record, and
/// each admission asks it, without a lock once it is sealed; 84 bytes an attestation. <c>cold-start</c> and <c>admission-decision</c> watch it.
/// </summary>
internal sealed class UnverifiedPlaces
{
    private readonly Lock _changing = new();

    /// <summary>A <see cref="SignaturePlace"/>; below zero where the signature waits to be written; 0 once nothing is to be done any more.</summary>
    private readonly Dictionary<Kept, long> _places = [];
    private readonly List<Unwritten> _waiting = [];
    private volatile PinnedKey[] _signers = [];
    private volatile bool _isSealed;

    public int Count => _places.Count;

    public IEnumerable<ImageKey> Images => _places.Keys.Select(kept => kept.Image);

    /// <summary>The keys of which something is kept.</summary>
    public ReadOnlySpan<PinnedKey> Signers => _signers;

    public void Expect(int attestations) => _ = _places.EnsureCapacity(attestations);

    public void Add(ImageKey image, PinnedKey key, SignaturePlace place)
    {
        lock (_changing)
        {
            ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, new Kept(image, NumberOf(key)), out var exists);
            if (!exists || (SignaturePlace.From(held).IsFiled && !place.IsFiled))
            {
                held = place.Bits;
            }
        }
    }

    public void Wait(ImageKey image, PinnedKey key, ReadOnlyMemory<byte> signature, int offset)
    {
        lock (_changing)
        {
            var kept = new Kept(image, NumberOf(key));
            _places.Add(kept, ~(long)_waiting.Count);
            _waiting.Add(new Unwritten(kept, signature, offset));
        }
    }

    public void Written(long start)
    {
        lock (_changing)
        {
            for (var number = 0; number < _waiting.Count; number++)
            {
                var (kept, signature, offset) = _waiting[number];
                var place = SignaturePlace.Of(start + offset, signature.Span, isFiled: true);
                _ = Interlocked.CompareExchange(ref PlaceOf(kept), place.Bits, ~(long)number);
            }

            _waiting.Clear();
        }
    }

    public void Seal()
    {
        lock (_changing)
        {
            _isSealed = true;
        }
    }

    public bool Holds(ImageKey image, PinnedKey key) => Find(image, key) is not null;

    public UnverifiedPlace? Find(ImageKey image, PinnedKey key)
    {
        var signer = Array.IndexOf(_signers, key);
        if (signer < 0)
        {
            return null;
        }

        var kept = new Kept(image, signer);
        if (_isSealed)
        {
            ref var place = ref PlaceOf(kept);
            if (Unsafe.IsNullRef(ref place))
            {
                return null;
            }

            if (Volatile.Read(ref place) is >= 0 and var bits)
            {
                return new UnverifiedPlace(bits, default);
            }
        }

        lock (_changing)
        {
            return _places.TryGetValue(kept, out var bits)
                ? new UnverifiedPlace(bits, bits < 0 ? _waiting[(int)~bits].Signature : default)
                : null;
        }
    }

    /// <summary>Nothing is to be done any more.</summary>
    /// <returns>Whether there was until now.</returns>
    public bool TryEnd(ImageKey image, PinnedKey key)
    {
        lock (_changing)
        {
            return Interlocked.Exchange(ref PlaceOf(new Kept(image, Array.IndexOf(_signers, key))), 0) != 0;
        }
    }

    private ref long PlaceOf(Kept kept) => ref CollectionsMarshal.GetValueRefOrNullRef(_places, kept);

    private int NumberOf(PinnedKey key)
    {
        var number = Array.IndexOf(_signers, key);
        if (number < 0)
        {
            number = _signers.Length;
            _signers = [.. _signers, key];
        }

        return number;
    }

    private readonly record struct Kept(ImageKey Image, int Signer);

    private readonly record struct Unwritten(Kept Kept, ReadOnlyMemory<byte> Signature, int Offset);
}

/// <summary>What is known of one attestation.</summary>
/// <param name="Bits">A <see cref="SignaturePlace"/>; below zero where it waits to be written; 0 where nothing is to be done any more.</param>
/// <param name="Waiting">The signature, while it waits to be written.</param>
internal readonly record struct UnverifiedPlace(long Bits, ReadOnlyMemory<byte> Waiting)
{
    public bool IsDone => Bits == 0;

    public bool IsWaiting => Bits < 0;
}
