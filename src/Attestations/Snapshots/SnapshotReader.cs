using System.Buffers.Binary;
using System.Security.Cryptography;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>Reads a snapshot file once from its first byte to its last whole block.</summary>
internal sealed class SnapshotReader(UnverifiedAttestations unverified, AttestationIndex index, IReadOnlySet<PinnedKey> pinned)
{
    private const int MostRepositories = 1_000_000;

    /// <summary>Room is made for no more before they are seen: the file's length is not believed.</summary>
    private const int MostExpected = 1_000_000;

    private const int UsualBytes = 300;
    private readonly SnapshotNumbers _numbers = new();

    /// <summary>The repositories and signers that the file names.</summary>
    public SnapshotNumbers Numbers => _numbers;

    /// <summary>What the last whole block says; null where there is none.</summary>
    public SnapshotCoverage? Coverage { get; private set; }

    /// <summary>Where the last whole block ends.</summary>
    public long End { get; private set; }

    /// <exception cref="SnapshotDamagedException">The file is damaged, foreign, or of another version.</exception>
    public void Read()
    {
        var length = RandomAccess.GetLength(unverified.File);
        ReadMagic();
        unverified.Expect((int)Math.Min(length / UsualBytes, MostExpected));

        // Not from the shared pool, which would keep its 16 MiB for as long as the service runs.
        var buffer = new byte[Math.Min(SnapshotFormat.MostContent, length)];
        while (ReadBlock(buffer, length))
        {
        }
    }

    private void ReadMagic()
    {
        Span<byte> magic = stackalloc byte[SnapshotFormat.Magic.Length];
        if (!TryFill(magic, 0))
        {
            throw new SnapshotDamagedException("it is shorter than a snapshot's first bytes");
        }

        if (!magic.SequenceEqual(SnapshotFormat.Magic))
        {
            throw new SnapshotDamagedException(magic.StartsWith(SnapshotFormat.Magic[..^2])
                ? "it is of another version than this one reads"
                : "it does not begin as a snapshot does");
        }

        End = magic.Length;
    }

    /// <returns>Whether there was another whole block.</returns>
    private bool ReadBlock(byte[] buffer, long fileLength)
    {
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        if (!TryFill(prefix, End))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length is <= 0 or > SnapshotFormat.MostContent)
        {
            throw new SnapshotDamagedException($"the block at byte {End} claims a length of {length} bytes");
        }

        var start = End + prefix.Length;
        if (start + length >= SignaturePlace.MostOffset)
        {
            throw new SnapshotDamagedException("it is larger than 64 GiB");
        }

        if (start + length + SHA256.HashSizeInBytes > fileLength)
        {
            return false;
        }

        var content = buffer.AsSpan(0, length);
        Span<byte> told = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (!TryFill(content, start) || !TryFill(told, start + length))
        {
            return false;
        }

        _ = SHA256.HashData(content, hash);
        if (!hash.SequenceEqual(told))
        {
            throw new SnapshotDamagedException($"the block at byte {End} does not have its checksum");
        }

        ReadContent(content, start);
        End = start + length + SHA256.HashSizeInBytes;
        return true;
    }

    private void ReadContent(ReadOnlySpan<byte> content, long start)
    {
        var reader = new ContentReader(content);
        Coverage = ReadCoverage(ref reader);
        for (var left = reader.Int32(); left > 0; left--)
        {
            var number = index.Repositories.NumberOf(reader.Text(), reader.Text());
            _numbers.Name(number);
            ThrowIfMore(_numbers.Repositories.Count, MostRepositories, "repositories");
        }

        for (var left = reader.UInt16(); left > 0; left--)
        {
            _numbers.Name(reader.Signer());
            ThrowIfMore(_numbers.Signers.Count, SnapshotFormat.MostSigners, "signers");
        }

        for (var left = reader.Int32(); left > 0; left--)
        {
            ReadAttestation(ref reader, start);
        }

        reader.ThrowIfMoreIsLeft();
    }

    private static SnapshotCoverage ReadCoverage(ref ContentReader reader)
    {
        var position = new LogPosition(reader.Int64(), reader.Text());
        var restrictions = reader.Int64();
        var keys = new HashSet<PinnedKey>();
        for (var left = reader.UInt16(); left > 0; left--)
        {
            _ = keys.Add(reader.Signer());
        }

        return new SnapshotCoverage(position, restrictions, keys);
    }

    private void ReadAttestation(ref ContentReader reader, long start)
    {
        var repository = reader.Int32();
        var hash = reader.Bytes(Digest.HashLength);
        var (signer, length) = (reader.UInt16(), reader.UInt16());
        var isFiled = (length & SnapshotFormat.Filed) != 0;
        length &= ~SnapshotFormat.Filed;
        var offset = start + reader.Position;
        var signature = reader.Bytes(length);
        if ((uint)repository >= (uint)_numbers.Repositories.Count || signer >= _numbers.Signers.Count || length is 0 or > SnapshotFormat.MostSignature)
        {
            throw new SnapshotDamagedException("an attestation names a repository, a signer or a signature that cannot be");
        }

        var key = _numbers.Signers[signer];
        if (pinned.Contains(key))
        {
            unverified.Add(ImageKey.Of(_numbers.Repositories[repository], hash), key, SignaturePlace.Of(offset, signature, isFiled));
        }
    }

    private static void ThrowIfMore(int count, int most, string what)
    {
        if (count > most)
        {
            throw new SnapshotDamagedException($"it names more than {most} {what}");
        }
    }

    private bool TryFill(Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(unverified.File, destination, offset);
            if (read == 0)
            {
                return false;
            }

            destination = destination[read..];
            offset += read;
        }

        return true;
    }
}
