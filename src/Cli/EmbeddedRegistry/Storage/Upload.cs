using System.Buffers;
using System.Security.Cryptography;
using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Storage;

/// <summary>What became of a chunk.</summary>
internal enum AppendOutcome
{
    Accepted,
    TooLarge,
    WrongLength,
}

/// <summary>An upload that one request has open.</summary>
internal sealed class Upload : IAsyncDisposable
{
    private const int BufferBytes = 128 * 1024;
    private readonly string _path;
    private readonly RepositoryName _repository;
    private readonly BlobStore _blobs;
    private readonly Action _release;
    private readonly FileStream _content;

    public Upload(string path, RepositoryName repository, BlobStore blobs, Action release)
    {
        _path = path;
        _repository = repository;
        _blobs = blobs;
        _release = release;
        _content = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0, useAsync: true);
    }

    /// <summary>The bytes received so far.</summary>
    public long Length => _content.Length;

    /// <summary>
    /// Writes a chunk behind what is there. A chunk that is refused leaves no trace; one whose sender goes away midway
    /// stays as far as it came, and the sender goes on from there.
    /// </summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="expected">The bytes that it was said to have, or null where nothing was said.</param>
    /// <param name="mostBytes">The most bytes that the whole upload may have.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task<AppendOutcome> AppendAsync(Stream chunk, long? expected, long mostBytes, CancellationToken cancellationToken)
    {
        var start = _content.Length;
        _content.Position = start;
        var outcome = await CopyAsync(chunk, mostBytes, cancellationToken);
        if (outcome == AppendOutcome.Accepted && expected is { } bytes && _content.Position - start != bytes)
        {
            outcome = AppendOutcome.WrongLength;
        }

        if (outcome != AppendOutcome.Accepted)
        {
            _content.SetLength(start);
        }

        return outcome;
    }

    /// <summary>Makes the upload a blob of its repository, if its content has that digest; discards it otherwise.</summary>
    public async Task<bool> CompleteAsync(Digest digest, CancellationToken cancellationToken)
    {
        _content.Position = 0;
        var hash = await SHA256.HashDataAsync(_content, cancellationToken);
        if (!string.Equals(Convert.ToHexStringLower(hash), digest.Hex, StringComparison.Ordinal))
        {
            await DiscardAsync();
            return false;
        }

        _content.Flush(flushToDisk: true);
        await _content.DisposeAsync();
        _blobs.Adopt(_path, digest);
        _blobs.Link(_repository, digest);
        return true;
    }

    public async Task DiscardAsync()
    {
        await _content.DisposeAsync();
        File.Delete(_path);
    }

    public async ValueTask DisposeAsync()
    {
        await _content.DisposeAsync();
        _release();
    }

    private async Task<AppendOutcome> CopyAsync(Stream chunk, long mostBytes, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await chunk.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (_content.Position + read > mostBytes)
                {
                    return AppendOutcome.TooLarge;
                }

                await _content.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
            }

            return AppendOutcome.Accepted;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
