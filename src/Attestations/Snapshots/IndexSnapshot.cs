using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// What the index holds, in a file, with where in the log it was: so that a verifier that starts again reads only what came after. The file is believed
/// nothing. Its attestations are verified before they count, and what takes admissions away is read from the log, whole, at each start.
/// <see cref="IndexFollower"/> reads it, and writes to it all that it reads from the log.
/// </summary>
public sealed partial class IndexSnapshot : IDisposable
{
    private readonly SnapshotOptions _options;
    private readonly AttestationIndex _index;
    private readonly IndexWriter _writer;
    private readonly IResourceSource _resources;
    private readonly ILogger<IndexSnapshot> _logger;
    private readonly SnapshotRecorder? _recorder;
    private readonly FileStream? _lock;
    private volatile UnverifiedAttestations? _unverified;

    /// <summary>A snapshot in <paramref name="options"/>' folder, which another process must not use as well.</summary>
    public IndexSnapshot(
        SnapshotOptions options, AttestationIndex index, IndexWriter writer, IResourceSource resources, ILogger<IndexSnapshot> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(writer);
        (_options, _index, _writer, _resources, _logger) = (options, index, writer, resources, logger);
        _lock = Lock();
        if (_lock is not null)
        {
            _recorder = new SnapshotRecorder(options, index, logger);
            writer.Verified += _recorder.Add;
        }
    }

    /// <summary>Raised once where the file turns out to hold what nobody signed: the log must be read again.</summary>
    internal event Action? Distrusted;

    /// <summary>The attestations of the file that are not verified yet; null where there are none.</summary>
    internal UnverifiedAttestations? Unverified => _unverified;

    /// <summary>Reads the file, if there is one.</summary>
    /// <param name="pinned">The keys that are pinned now.</param>
    /// <returns>From where the log is to be followed; null for from its first record.</returns>
    internal SnapshotCoverage? Load(IReadOnlySet<PinnedKey> pinned)
    {
        if (_recorder is null)
        {
            return null;
        }

        var coverage = Read(_recorder, pinned);
        BeginFiling(_recorder);
        if (coverage is null || pinned.IsSubsetOf(coverage.Keys))
        {
            return coverage;
        }

        Log.NewKeys(_logger, _options.Path);
        return null;
    }

    /// <summary>Notes how far the log was read by now.</summary>
    internal void Advance(LogPosition position, IReadOnlySet<PinnedKey> covered) =>
        _recorder?.Advance(new SnapshotCoverage(position, _writer.Restrictions, covered));

    /// <summary>Notes that the log has been read to its end.</summary>
    internal void CaughtUp() => _recorder?.Complete();

    /// <summary>From now on every attestation is verified as it is read: the log is about to have been read to its end.</summary>
    internal void EndFiling()
    {
        _writer.FileWith(null);
        _recorder?.EndFiling();
    }

    /// <summary>Begins a file anew, for the log is about to be read from its first record and the old file is no longer to be used.</summary>
    /// <param name="keepsUnverified">Whether what the old file held and is valid still counts; where not, and only before the log was read to its end, it is filed anew.</param>
    internal void Restart(bool keepsUnverified)
    {
        _writer.FileWith(null);
        if (!keepsUnverified)
        {
            ForgetUnverified();
        }

        _recorder?.Begin(writesEach: true);
        if (!keepsUnverified && _recorder is not null)
        {
            BeginFiling(_recorder);
        }
    }

    /// <summary>Writes what waits.</summary>
    internal void Flush() => _recorder?.Flush();

    /// <summary>Has the index ask for nothing of the file any more.</summary>
    internal void ForgetUnverified()
    {
        _index.VerifyFirst(null);
        _recorder?.ForgetHeld();
        _unverified = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ForgetUnverified();
        _recorder?.Dispose();
        _lock?.Dispose();
    }

    private FileStream? Lock()
    {
        try
        {
            return new FileStream(_options.LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Log.NotUsed(_logger, _options.LockPath, failure.Message);
            return null;
        }
    }

    private SnapshotCoverage? Read(SnapshotRecorder recorder, IReadOnlySet<PinnedKey> pinned)
    {
        try
        {
            var unverified = UnverifiedAttestations.Of(_options.Path, _index, _resources);
            var reader = new SnapshotReader(unverified, _index, pinned);
            reader.Read();
            recorder.Continue(SnapshotWriter.Continue(_options.Path, reader.End, _index, reader.Numbers), unverified);
            Use(unverified);
            Log.Read(_logger, unverified.Count, _options.Path);
            return reader.Coverage;
        }
        catch (FileNotFoundException)
        {
            Log.NoneYet(_logger, _options.Path);
        }
        catch (Exception unusable) when (unusable is SnapshotDamagedException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Log.Ignored(_logger, _options.Path, unusable.Message);
        }

        recorder.Begin(writesEach: false);
        return null;
    }

    /// <summary>
    /// Until the log has been read to its end for the first time, signatures are not verified as they are read: their places are kept, in the old file or
    /// the new one.
    /// </summary>
    private void BeginFiling(SnapshotRecorder recorder)
    {
        try
        {
            if (_unverified is not { } unverified)
            {
                unverified = UnverifiedAttestations.Of(_options.NewPath, _index, _resources);
                Use(unverified);
            }

            recorder.BeginFiling(unverified);
            _writer.FileWith(new SignatureFiling(recorder, unverified, _index));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            // The recorder has told that it cannot be written: everything is verified as it is read.
        }
    }

    private void Use(UnverifiedAttestations unverified)
    {
        unverified.Forged += _writer.NoteForgery;
        unverified.Damaged += what =>
        {
            if (!ReferenceEquals(_unverified, unverified))
            {
                // An admission still looked into a file that is no longer used.
                return;
            }

            Log.Untrue(_logger, _options.Path, what);
            Distrusted?.Invoke();
        };
        _unverified = unverified;
        _index.VerifyFirst(unverified.Verify);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Read {Attestations} attestations from the snapshot {Path}; each is verified before it counts.")]
        public static partial void Read(ILogger logger, int attestations, string path);

        [LoggerMessage(Level = LogLevel.Information, Message = "There is no snapshot {Path} yet; the attestation log is read from its first record.")]
        public static partial void NoneYet(ILogger logger, string path);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The snapshot {Path} is ignored and made anew: {Reason}. The attestation log is read from its first record.")]
        public static partial void Ignored(ILogger logger, string path, string reason);

        [LoggerMessage(Level = LogLevel.Information,
            Message = "Keys are pinned that were not when the snapshot {Path} was written; the attestation log is read from its first record.")]
        public static partial void NewKeys(ILogger logger, string path);

        [LoggerMessage(Level = LogLevel.Warning,
            Message = "The snapshot {Path} was changed by somebody or is damaged: {What}. That does not count; the attestation log is read from its first record and the snapshot made anew.")]
        public static partial void Untrue(ILogger logger, string path, string what);

        [LoggerMessage(Level = LogLevel.Warning, Message = "No snapshot is kept: {Path} cannot be had for this process alone ({Reason}). Give each verifier a Data:Path of its own.")]
        public static partial void NotUsed(ILogger logger, string path, string reason);
    }
}
