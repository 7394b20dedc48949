using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Contracts.Messages;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// Writes to the snapshot what is read from the log. A file that is begun anew gets another name until it holds the whole log; only then it takes the
/// place of the old one, at once.
/// </summary>
internal sealed partial class SnapshotRecorder(SnapshotOptions options, AttestationIndex index, ILogger logger) : IDisposable
{
    private readonly Lock _writing = new();
    private SnapshotWriter? _writer;
    private SnapshotCoverage? _coverage;
    private UnverifiedAttestations? _held;
    private bool _hasMoved;
    private bool _isNew;
    private bool _writesEach;
    private int _failedAt;
    private bool _isFull;
    private bool _isFailing;
    private volatile bool _isFiling;

    /// <summary>Whether <see cref="TryFile"/> files at all.</summary>
    public bool IsFiling => _isFiling;

    /// <summary>Goes on with a file that was read.</summary>
    /// <param name="writer">Writes behind its last whole block.</param>
    /// <param name="held">What the file holds and the index may not.</param>
    public void Continue(SnapshotWriter writer, UnverifiedAttestations held)
    {
        lock (_writing)
        {
            (_writer, _held, _isNew) = (writer, held, false);
        }
    }

    /// <summary>From now on attestations that nobody has verified are taken as well, until <see cref="EndFiling"/>.</summary>
    /// <param name="held">What the file holds and the index may not.</param>
    public void BeginFiling(UnverifiedAttestations held)
    {
        lock (_writing)
        {
            (_held, _isFiling) = (held, _writer is not null);
        }
    }

    /// <summary>Only what is verified is taken from now on.</summary>
    public void EndFiling()
    {
        lock (_writing)
        {
            _isFiling = false;
            _held?.Seal();
        }
    }

    /// <summary>Begins a file anew.</summary>
    /// <param name="writesEach">
    /// Whether it gets what the index holds already, also once the log has been read to its end: signers may refill a log that was lost with what this
    /// process knows and the new file has not got.
    /// </param>
    public void Begin(bool writesEach)
    {
        lock (_writing)
        {
            _writer?.Dispose();
            _held?.Seal();
            (_writer, _coverage, _held, _hasMoved, _isNew, _isFull, _isFiling) = (null, null, null, false, true, false, false);
            _writesEach = writesEach;
            if (Try(() => _writer = SnapshotWriter.Begin(options.NewPath, index)))
            {
                _isFailing = false;
            }
        }
    }

    /// <summary>Lets go of what the file holds, which the index has by now.</summary>
    public void ForgetHeld()
    {
        lock (_writing)
        {
            (_held, _isFiling) = (null, false);
        }
    }

    /// <summary>Takes a verified attestation. A file that is begun anew gets each, another one those that it does not hold.</summary>
    public void Add(AttestationCreated created, bool isNew)
    {
        lock (_writing)
        {
            if (_writer is null || !SignatureAlgorithmNames.TryParse(created.Algorithm, out var algorithm))
            {
                return;
            }

            var signer = new PinnedKey(created.Witness, created.KeyFingerprint, algorithm);
            var image = index.KeyOf(created.Image);
            if (_isNew || _writesEach || (isNew && _held?.HoldsVerified(image, signer) is not true))
            {
                _ = _writer.Add(image, signer, created.Signature.Span);
            }
        }
    }

    /// <summary>Takes an attestation whose signature nobody has looked at. Not a second one for the same image and key: the first may hide it.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool TryFile(AttestationCreated created)
    {
        lock (_writing)
        {
            if (!_isFiling || !SignatureAlgorithmNames.TryParse(created.Algorithm, out var algorithm))
            {
                return false;
            }

            var signer = new PinnedKey(created.Witness, created.KeyFingerprint, algorithm);
            var image = index.KeyOf(created.Image);
            if (_writer!.Waiting > SnapshotFormat.MostContent / 2 || _held!.Holds(image, signer))
            {
                return false;
            }

            var offset = _writer.Add(image, signer, created.Signature.Span, isFiled: true);
            _held.AddWaiting(image, signer, created.Signature, offset);
            return true;
        }
    }

    /// <summary>Notes how far the log was read by now.</summary>
    public void Advance(SnapshotCoverage coverage)
    {
        lock (_writing)
        {
            (_coverage, _hasMoved) = (coverage, true);
            // A block that could not be written is put together and hashed anew each time: not for each record while the disk is full.
            if (_writer?.Waiting >= SnapshotFormat.FullContent && (!_isFailing || _writer.Waiting >= _failedAt + SnapshotFormat.FullContent))
            {
                Write();
            }
        }
    }

    /// <summary>Notes that the log has been read to its end.</summary>
    public void Complete()
    {
        lock (_writing)
        {
            Write();
            if (_isNew && !_isFailing && (_writer is not null || _isFull) && Try(() => File.Move(options.NewPath, options.Path, overwrite: true)))
            {
                _isNew = false;
            }
        }
    }

    /// <summary>Writes what waits.</summary>
    public void Flush()
    {
        lock (_writing)
        {
            Write();
        }
    }

    public void Dispose()
    {
        lock (_writing)
        {
            _writer?.Dispose();
            (_writer, _isFiling) = (null, false);
        }
    }

    private void Write()
    {
        if (_writer is null || _coverage is null || !_hasMoved)
        {
            return;
        }

        var fits = true;
        if (Try(() => fits = _writer.TryWrite(_coverage, options.MostBytes)))
        {
            (_hasMoved, _isFailing) = (false, false);
            if (fits)
            {
                _held?.Written(_writer.RecordsStart);
            }
        }
        else
        {
            _failedAt = _writer.Waiting;
        }

        if (!fits)
        {
            _isFull = true;
            GiveUp("it would become larger than it may be");
        }
        else if (_writer.Waiting > SnapshotFormat.MostContent / 2)
        {
            GiveUp("too much waits");
        }
    }

    /// <summary>
    /// A file with a gap would hide attestations, so it ends where it is: from there on the log has them at the next start. What was filed and waits
    /// stays in memory until it is verified.
    /// </summary>
    private void GiveUp(string reason)
    {
        _writer!.Dispose();
        (_writer, _isFiling) = (null, false);
        Log.GivenUp(logger, options.Path, reason);
    }

    private bool Try(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!_isFailing)
            {
                Log.NotWritten(logger, options.Path, failure.Message);
            }

            _isFailing = true;
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The snapshot {Path} cannot be written: {Reason}. It is tried again; admissions do not depend on it.")]
        public static partial void NotWritten(ILogger logger, string path, string reason);

        [LoggerMessage(Level = LogLevel.Warning,
            Message = "The snapshot {Path} is no longer written: {Reason}. The next start reads from the attestation log what it lacks.")]
        public static partial void GivenUp(ILogger logger, string path, string reason);
    }
}
