using System.Diagnostics.Metrics;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Snapshots;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Index;

/// <summary>
/// Folds records of the log into the index: each is read, verified against the pinned keys and only then counts. What is forged,
/// truncated or contradicts itself is logged, counted and dropped.
/// </summary>
public sealed partial class IndexWriter
{
    private const string PassedOver = "passed-over";
    private readonly AttestationIndex _index;
    private readonly RecordExamination _examination;
    private readonly ILogger<IndexWriter> _logger;
    private readonly Counter<long> _records;
    private readonly Counter<long> _tagClaims;

    /// <summary>A writer for <paramref name="index"/>.</summary>
    public IndexWriter(
        AttestationIndex index, IResourceSource resources, IndexWriterOptions options, IMeterFactory meters, ILogger<IndexWriter> logger)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(meters);
        (_index, _examination, _logger) = (index, new RecordExamination(resources, options), logger);
        var meter = meters.Create("Kritis.Events.Attestations");
        _records = meter.CreateCounter<long>("kritis_log_records", description: "Records read from the attestation log, by what came of them. What was filed to be verified later and is forged counts once more then.");
        _tagClaims = meter.CreateCounter<long>("kritis_log_tag_claims", description: "Claims of tags read with attestations, by what came of them.");
        _ = meter.CreateObservableGauge("kritis_index_attestations", () => index.Count, description: "Attestations in the index.");
        _ = meter.CreateObservableGauge("kritis_index_revocations", () => index.RevocationCount, description: "Revocations in the index.");
        _ = meter.CreateObservableGauge("kritis_index_tag_claims", () => index.TagClaimCount, description: "Claims of tags in the index.");
    }

    /// <summary>How many revocations and claims of tags the index holds.</summary>
    internal long Restrictions => _index.RevocationCount + _index.TagClaimCount;

    /// <summary>Raised after a verified attestation that the index did not hold was added. Handlers must be quick and not throw.</summary>
    public event Action<Image, IndexedAttestation>? Added;

    /// <summary>Raised after a verified revocation that the index did not hold was added. Handlers must be quick and not throw.</summary>
    public event Action<Image, IndexedRevocation>? Revoked;

    /// <summary>Raised with the id of every verified attestation and revocation that was read, new or not. Handlers must be quick and not throw.</summary>
    public event Action<string>? Read;

    /// <summary>Raised for every verified attestation, with whether the index did not hold it.</summary>
    internal event Action<AttestationCreated, bool>? Verified;

    /// <summary>Folds one record in. Never throws for what stands in it.</summary>
    public void Write(LogEvent.Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        Write(Examine(record));
    }

    /// <summary>Reads and verifies a record. It changes nothing and may be called from several threads; only what comes of it must be written in order.</summary>
    internal ExaminedRecord Examine(LogEvent.Record record) => _examination.Examine(record);

    /// <summary>From now on attestations that may wait for their signatures to be verified are filed; null for none.</summary>
    internal void FileWith(SignatureFiling? filing) => _examination.Filing = filing;

    /// <summary>Folds in what came of a record.</summary>
    internal void Write(ExaminedRecord examined)
    {
        if (!examined.AwaitsSignature)
        {
            Fold(examined);
        }
        else if (_examination.Filing?.TryFile(examined.Created!) is true)
        {
            Count(_records, "filed");
        }
        else
        {
            Fold(_examination.VerifyAtOnce(examined.Created!, examined.Position));
        }
    }

    /// <summary>An attestation that was filed is forged.</summary>
    internal void NoteForgery(AttestationCreated created, Verdict verdict)
    {
        Log.FiledDropped(_logger, created.Image, created.Witness, verdict.FailedCheck.ToString()!, verdict.Explanation);
        Count(_records, $"dropped-{verdict.FailedCheck}");
    }

    private void Fold(ExaminedRecord examined) => Count(_records, examined switch
    {
        { Verdict: null } when examined is { Created: null, Revoked: null } => Drop(examined.Position, "unreadable", "it is no attestation or revocation in this format"),
        { Verdict: null } => PassedOver,
        { Verdict.IsValid: false } => Drop(examined.Position, examined.Verdict.FailedCheck.ToString()!, examined.Verdict.Explanation),
        { Created: { } created } => Note(created.Id, Add(created, examined.Verdict, examined.TagVerdict)) ? "added" : "duplicate",
        _ => Note(examined.Revoked!.Id, Revoke(examined.Revoked, examined.Verdict)) ? "revoked" : "duplicate",
    });

    /// <summary>Adds what this process itself has just signed and appended, so that it need not wait to read it back.</summary>
    /// <returns>Whether the attestation is new.</returns>
    public bool WriteOwn(AttestationCreated created)
    {
        var (verdict, tagVerdict) = _examination.Verify(created);
        return verdict.IsValid && Add(created, verdict, tagVerdict);
    }

    private bool Add(AttestationCreated created, Verdict verdict, Verdict? tagVerdict)
    {
        var attestation = new IndexedAttestation
        {
            Witness = verdict.Witness!,
            KeyFingerprint = verdict.KeyFingerprint,
            CreatedAt = created.CreatedAt,
            Tag = created.Tag,
            EventId = created.EventId,
            Signature = created.Signature,
        };
        var isNew = _index.Add(verdict.Image!, attestation);
        Verified?.Invoke(created, isNew);
        if (tagVerdict is not null)
        {
            AddTag(created, tagVerdict);
        }

        if (isNew)
        {
            Added?.Invoke(verdict.Image!, attestation);
        }

        return isNew;
    }

    /// <summary>Adds what a valid attestation brings along about a tag. Whatever is wrong with it, the attestation stands.</summary>
    private void AddTag(AttestationCreated created, Verdict verdict)
    {
        if (!verdict.IsValid)
        {
            Log.TagDropped(_logger, created.Id, created.Image, verdict.FailedCheck.ToString()!, verdict.Explanation);
            Count(_tagClaims, $"dropped-{verdict.FailedCheck}");
            return;
        }

        // The attestation's own strings are held already: a claim is to cost little more than its tag.
        var attestation = _index.Verified(verdict.Image!).Attestations.First(held => held.IsBy(verdict.Witness!, verdict.KeyFingerprint));
        var isNew = _index.AddTag(verdict.Image!, verdict.Tag!, new TagClaim(verdict.Image!.Digest, attestation.Witness, attestation.KeyFingerprint));
        Count(_tagClaims, isNew ? "added" : "duplicate");
    }

    /// <summary>Takes in a revocation that this process itself has just appended.</summary>
    /// <returns>Whether it is new.</returns>
    public bool WriteOwn(AttestationRevoked revoked) => _examination.Verify(revoked) is { IsValid: true } verdict && Revoke(revoked, verdict);

    private bool Note(string id, bool isNew)
    {
        Read?.Invoke(id);
        return isNew;
    }

    private bool Revoke(AttestationRevoked revoked, Verdict verdict)
    {
        var revocation = new IndexedRevocation(revoked.Id, verdict.Witness!, verdict.Reason!, verdict.KeyFingerprint)
        {
            RevokedAt = revoked.RevokedAt,
            Signature = revoked.Signature,
        };
        if (!_index.Revoke(verdict.Image!, revocation))
        {
            return false;
        }

        Revoked?.Invoke(verdict.Image!, revocation);
        return true;
    }

    private string Drop(LogPosition position, string check, string explanation)
    {
        Log.Dropped(_logger, position.Offset, Excerpt.Of(position.MessageId), check, explanation);
        return $"dropped-{check}";
    }

    private static void Count(Counter<long> counter, string outcome) => counter.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Record {Offset} ({MessageId}) of the attestation log does not count ({Check}): {Explanation}.")]
        public static partial void Dropped(ILogger logger, long offset, string messageId, string check, string explanation);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The attestation of {Image} by '{Witness}' that was filed from the attestation log does not count ({Check}): {Explanation}.")]
        public static partial void FiledDropped(ILogger logger, Image image, string witness, string check, string explanation);

        [LoggerMessage(Level = LogLevel.Warning,
            Message = "The claim of a tag that came with attestation {Id} of {Image} does not count ({Check}): {Explanation}. The attestation does.")]
        public static partial void TagDropped(ILogger logger, string id, Image image, string check, string explanation);
    }
}

/// <summary>What the index keeps.</summary>
public sealed record IndexWriterOptions
{
    /// <summary>Which images are of interest; the others are passed over without a look at their signatures. Default: all.</summary>
    public Func<Image, bool> Keeps { get; init; } = static _ => true;
}
