using System.Buffers.Binary;
using System.Text;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>Reads a block's content from its first byte on, and never beyond its last.</summary>
internal ref struct ContentReader(ReadOnlySpan<byte> content)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _content = content;

    /// <summary>How many bytes were read.</summary>
    public int Position { get; private set; }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _content.Length - Position)
        {
            throw new SnapshotDamagedException("a block ends within a record");
        }

        var bytes = _content.Slice(Position, count);
        Position += count;
        return bytes;
    }

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(sizeof(long)));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int)));

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(sizeof(ushort)));

    public string Text()
    {
        try
        {
            return Utf8.GetString(Bytes(UInt16()));
        }
        catch (DecoderFallbackException)
        {
            throw new SnapshotDamagedException("a text is not UTF-8");
        }
    }

    public PinnedKey Signer()
    {
        var (witness, fingerprint, algorithm) = (Text(), Text(), Text());
        return Digest.TryParse(fingerprint, out var key) && SignatureAlgorithmNames.TryParse(algorithm, out var known)
            ? new PinnedKey(witness, key, known)
            : throw new SnapshotDamagedException("a signer has no fingerprint and algorithm");
    }

    public readonly void ThrowIfMoreIsLeft()
    {
        if (Position != _content.Length)
        {
            throw new SnapshotDamagedException($"{_content.Length - Position} bytes stand behind a block's last record");
        }
    }
}
