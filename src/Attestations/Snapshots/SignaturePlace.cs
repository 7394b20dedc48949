namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// Where an attestation's signature stands in a snapshot file, in eight bytes, because a million of them wait at once: offset (36 bits), length (10 bits),
/// whether it was filed unverified, and 16 bits of a hash that this process alone knows, so that a file that is changed while it is used is told from
/// an attestation that was forged in the log.
/// </summary>
internal readonly record struct SignaturePlace
{
    /// <summary>The first offset that cannot be told any more: 64 GiB.</summary>
    public const long MostOffset = 1L << OffsetBits;

    private const int OffsetBits = 36;
    private const int LengthBits = 10;
    private const int FiledAt = OffsetBits + LengthBits;
    private const int HashAt = FiledAt + 1;

    private SignaturePlace(long bits) => Bits = bits;

    /// <summary>The place as a number above zero.</summary>
    public long Bits { get; }

    public long Offset => Bits & (MostOffset - 1);

    public int Length => (int)(Bits >> OffsetBits) & ((1 << LengthBits) - 1);

    /// <summary>Whether nobody had looked at the signature when it was written.</summary>
    public bool IsFiled => (Bits >> FiledAt & 1) != 0;

    public static SignaturePlace Of(long offset, ReadOnlySpan<byte> signature, bool isFiled) => new(
        offset | ((long)signature.Length << OffsetBits) | (isFiled ? 1L << FiledAt : 0) | ((long)HashOf(signature) << HashAt));

    public static SignaturePlace From(long bits) => new(bits);

    /// <summary>Whether this is what stood there.</summary>
    public bool Is(ReadOnlySpan<byte> signature) => signature.Length == Length && HashOf(signature) == (ushort)(Bits >> HashAt);

    private static ushort HashOf(ReadOnlySpan<byte> signature)
    {
        var hash = default(HashCode);
        hash.AddBytes(signature);
        return (ushort)hash.ToHashCode();
    }
}
