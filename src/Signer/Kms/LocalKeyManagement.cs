using System.Collections.Concurrent;
using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Kms;

/// <summary>
/// Keys as files on this machine. A key is loaded once and again when its file changes; where the file is taken away, it signs no more.
/// </summary>
internal sealed class LocalKeyManagement(IOptions<LocalKeyOptions> options) : IKeyManagement
{
    /// <summary>Its name in <see cref="WitnessKey.Kms"/>.</summary>
    public const string LocalName = "local";

    private readonly ConcurrentDictionary<(string Path, SignatureAlgorithm Algorithm), Loaded> _loaded = new();

    /// <inheritdoc/>
    public string Name => LocalName;

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> SignAsync(WitnessKey key, ReadOnlyMemory<byte> sha256, CancellationToken cancellation)
    {
        if (sha256.Length != SHA256.HashSizeInBytes)
        {
            throw new ArgumentException($"Expected the 32 bytes of a SHA-256, not {sha256.Length}.", nameof(sha256));
        }

        return Answer<ReadOnlyMemory<byte>>(() => Pinned(key).Sign(sha256.Span), cancellation);
    }

    /// <inheritdoc/>
    public Task<PublicKey> GetPublicKeyAsync(WitnessKey key, CancellationToken cancellation) =>
        Answer(() => Load(key).PublicKey, cancellation);

    private static Task<T> Answer<T>(Func<T> work, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellation);
        }

        try
        {
            return Task.FromResult(work());
        }
        catch (KeyManagementException failed)
        {
            return Task.FromException<T>(failed);
        }
    }

    private LocalKey Pinned(WitnessKey key)
    {
        var loaded = Load(key);
        if (loaded.PublicKey.Fingerprint != key.PublicKey.Fingerprint)
        {
            throw KeyManagementException.Permanent(
                KeyManagementCodes.KeyMismatch,
                $"{LocalKeyPath.Of(options.Value.Path, key)} holds another key than the one pinned for {key.DisplayName}: "
                + $"found {loaded.PublicKey.Fingerprint}, pinned {key.PublicKey.Fingerprint}.");
        }

        return loaded;
    }

    private LocalKey Load(WitnessKey key)
    {
        var path = LocalKeyPath.Of(options.Value.Path, key);
        var stamp = Stamp.Of(path);
        var slot = (path, key.PublicKey.Algorithm);
        if (_loaded.TryGetValue(slot, out var known) && known.Stamp == stamp)
        {
            return known.Key;
        }

        var fresh = LocalKey.Load(path, key.PublicKey.Algorithm);
        _loaded[slot] = new Loaded(stamp, fresh);
        return fresh;
    }

    private sealed record Loaded(Stamp Stamp, LocalKey Key);

    private sealed record Stamp(DateTime WrittenAt, long Length, UnixFileMode Mode, string? LinkTarget)
    {
        public static Stamp Of(string path)
        {
            var file = new FileInfo(path);
            return file.Exists
                ? new Stamp(file.LastWriteTimeUtc, file.Length, file.UnixFileMode, file.LinkTarget)
                : throw LocalKeyFile.NotFound(path);
        }
    }
}
