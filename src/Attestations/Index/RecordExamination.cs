using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Snapshots;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;

namespace Kritis.Events.Attestations.Index;

/// <summary>Reads records of the log and verifies them against the keys that are pinned at that moment. Safe to use from several threads.</summary>
internal sealed class RecordExamination(IResourceSource resources, IndexWriterOptions options)
{
    /// <summary>Which signatures may wait; null while all are verified at once.</summary>
    private volatile SignatureFiling? _filing;

    public SignatureFiling? Filing
    {
        get => _filing;
        set => _filing = value;
    }

    /// <summary>Never throws for what stands in the record.</summary>
    public ExaminedRecord Examine(LogEvent.Record record) => record.Type switch
    {
        MessageNames.AttestationCreated when Read(record, WireJson.Default.AttestationCreated) is { } created => Examine(created, record.Position),
        MessageNames.AttestationRevoked when Read(record, WireJson.Default.AttestationRevoked) is { } revoked => Examine(revoked, record.Position),
        _ => new ExaminedRecord(record.Position),
    };

    /// <summary>Verifies an attestation and, where it is valid and brings one, the claim of a tag.</summary>
    public (Verdict Verdict, Verdict? TagVerdict) Verify(AttestationCreated created)
    {
        var current = resources.Current;
        var verdict = AttestationVerifier.Verify(created, current);
        return (verdict, verdict.IsValid && created.TagClaim is { } claim ? AttestationVerifier.VerifyTag(created, claim, current) : null);
    }

    /// <summary>Verifies a revocation.</summary>
    public Verdict Verify(AttestationRevoked revoked) => AttestationVerifier.Verify(revoked, resources.Current);

    private ExaminedRecord Examine(AttestationCreated created, LogPosition position)
    {
        // What the message names beside the payload proves nothing, but one that names another image than its payload does not count anyway.
        if (!options.Keeps(created.Image))
        {
            return new ExaminedRecord(position) { Created = created };
        }

        // The claim of a tag can take an admission away, and counts beside a valid attestation only: both at once.
        if (_filing is not { } filing || created.TagClaim is not null || !filing.CanTake(created))
        {
            return VerifyAtOnce(created, position);
        }

        if (filing.LetsWait())
        {
            var failure = AttestationVerifier.FailureBeforeSignature(created, resources.Current);
            return new ExaminedRecord(position) { Created = created, Verdict = failure, AwaitsSignature = failure is null };
        }

        var examined = VerifyAtOnce(created, position);
        filing.Note(examined.Verdict!);
        return examined;
    }

    /// <summary>Looks at the signature, too.</summary>
    public ExaminedRecord VerifyAtOnce(AttestationCreated created, LogPosition position)
    {
        var (verdict, tagVerdict) = Verify(created);
        return new ExaminedRecord(position) { Created = created, Verdict = verdict, TagVerdict = tagVerdict };
    }

    private ExaminedRecord Examine(AttestationRevoked revoked, LogPosition position) => new(position)
    {
        Revoked = revoked,
        Verdict = options.Keeps(revoked.Image) ? Verify(revoked) : null,
    };

    private static T? Read<T>(LogEvent.Record record, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(record.Body.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
