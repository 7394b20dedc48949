using System.Buffers.Binary;
using System.Security.Cryptography;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Images;
using Microsoft.Win32.SafeHandles;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// Adds blocks to a snapshot file. What is not written yet stays in memory, and a block that could not be written whole is written again at the same
/// place. Nothing waits for the disk: what a power failure takes is read from the log again.
/// </summary>
internal sealed class SnapshotWriter(SafeFileHandle file, long end, AttestationIndex index, SnapshotNumbers numbers) : IDisposable
{
    private readonly ContentWriter _records = new();
    private readonly ContentWriter _block = new();
    private readonly List<RepositoryName> _newRepositories = [];
    private readonly List<PinnedKey> _newSigners = [];
    private long _end = end;
    private int _count;

    /// <summary>How many bytes wait to be written.</summary>
    public int Waiting => _records.Length;

    /// <summary>Begins a file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static SnapshotWriter Begin(string path, AttestationIndex index)
    {
        // Not cut down to nothing: signatures that nobody has looked at yet may still be read from the file that was there.
        File.Delete(path);
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            RandomAccess.Write(file, SnapshotFormat.Magic, 0);
            return new SnapshotWriter(file, SnapshotFormat.Magic.Length, index, new SnapshotNumbers());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with a file behind its last whole block.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static SnapshotWriter Continue(string path, long end, AttestationIndex index, SnapshotNumbers numbers)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            // What is left of a block that was not written whole would stand behind the next one, where that is shorter.
            RandomAccess.SetLength(file, end);
            return new SnapshotWriter(file, end, index, numbers);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Where in the file the records of the block begin that was written last.</summary>
    public long RecordsStart { get; private set; }

    /// <summary>Adds an attestation to what waits.</summary>
    /// <param name="image">The image.</param>
    /// <param name="signer">The key that is said to have signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="isFiled">Whether nobody has looked at the signature.</param>
    /// <returns>Where the signature stands, behind the records' start.</returns>
    public int Add(ImageKey image, PinnedKey signer, ReadOnlySpan<byte> signature, bool isFiled = false)
    {
        Span<byte> hash = stackalloc byte[Digest.HashLength];
        image.CopyHashTo(hash);
        _records.Int32(NumberOf(image.Repository));
        _records.Bytes(hash);
        _records.UInt16(NumberOf(signer));
        _records.UInt16(signature.Length | (isFiled ? SnapshotFormat.Filed : 0));
        _records.Bytes(signature);
        _count++;
        return _records.Length - signature.Length;
    }

    /// <summary>Writes what waits, with what the file then covers.</summary>
    /// <param name="coverage">What the file then covers.</param>
    /// <param name="mostBytes">How large the file may become.</param>
    /// <returns>False, and nothing is written, where the file would become larger.</returns>
    /// <exception cref="IOException">It cannot be written now; what waits goes on waiting.</exception>
    public bool TryWrite(SnapshotCoverage coverage, long mostBytes = long.MaxValue)
    {
        Assemble(coverage);
        if (_end + sizeof(int) + _block.Length + SHA256.HashSizeInBytes > mostBytes)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[sizeof(int)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, _block.Length);
        _ = SHA256.HashData(_block.Written, hash);
        RandomAccess.Write(file, prefix, _end);
        RandomAccess.Write(file, _block.Written, _end + prefix.Length);
        RandomAccess.Write(file, hash, _end + prefix.Length + _block.Length);
        RecordsStart = _end + prefix.Length + _block.Length - _records.Length;
        _end += prefix.Length + _block.Length + hash.Length;
        _count = 0;
        _records.Clear();
        _newRepositories.Clear();
        _newSigners.Clear();
        return true;
    }

    public void Dispose() => file.Dispose();

    private void Assemble(SnapshotCoverage coverage)
    {
        _block.Clear();
        _block.Int64(coverage.Position.Offset);
        _block.Text(coverage.Position.MessageId);
        _block.Int64(coverage.Restrictions);
        _block.UInt16(coverage.Keys.Count);
        foreach (var key in coverage.Keys)
        {
            _block.Signer(key);
        }

        _block.Int32(_newRepositories.Count);
        foreach (var (registry, repository) in _newRepositories)
        {
            _block.Text(registry);
            _block.Text(repository);
        }

        _block.UInt16(_newSigners.Count);
        foreach (var signer in _newSigners)
        {
            _block.Signer(signer);
        }

        _block.Int32(_count);
        _block.Bytes(_records.Written);
    }

    private int NumberOf(int repository)
    {
        if (numbers.Find(repository) is { } known)
        {
            return known;
        }

        numbers.Name(repository);
        _newRepositories.Add(index.Repositories.NameOf(repository));
        return numbers.Repositories.Count - 1;
    }

    private int NumberOf(PinnedKey signer)
    {
        if (numbers.Find(signer) is { } known)
        {
            return known;
        }

        numbers.Name(signer);
        _newSigners.Add(signer);
        return numbers.Signers.Count - 1;
    }
}
