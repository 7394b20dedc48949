using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>
/// Records of the attestation log, as whoever writes to the bus may send them. Nothing may enter the index but what a witness signed, and that only as it
/// was signed. The index is one for all inputs: whatever ever gets in is seen.
/// </summary>
internal sealed class BusTarget : FuzzTarget
{
    private const string Unreadable = "dropped-unreadable";
    private static readonly string[] Types = [MessageNames.AttestationCreated, MessageNames.AttestationRevoked];
    private readonly HashSet<string> _signed;
    private readonly HashSet<string> _revoked;
    private readonly AttestationIndex _index = new();
    private readonly IndexWriter _writer;
    private string _outcome = "";

    public BusTarget()
    {
        var genuine = Known.Records.Where(record => record.Name.StartsWith("genuine-", StringComparison.Ordinal)).ToArray();
        var created = genuine.Where(record => record.Name.EndsWith(".created.json", StringComparison.Ordinal))
            .Select(record => JsonSerializer.Deserialize(record.Bytes, WireJson.Default.AttestationCreated)!).ToArray();
        var revoked = genuine.Where(record => record.Name.EndsWith(".revoked.json", StringComparison.Ordinal))
            .Select(record => JsonSerializer.Deserialize(record.Bytes, WireJson.Default.AttestationRevoked)!).ToArray();
        _signed = [.. created.Select(message => Word(message.Image, message.Witness, message.KeyFingerprint, message.Id))];
        _revoked = [.. revoked.Select(message => Word(message.Image, message.Witness, message.KeyFingerprint, message.Id + message.Reason))];
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == "kritis_log_records")
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _outcome = (string)tags[0].Value!);
        listener.Start();
        _writer = new IndexWriter(_index, new FixedResources(Known.Resources), new IndexWriterOptions(), meters, NullLogger<IndexWriter>.Instance);
        _writer.Added += Added;
        _writer.Revoked += Revoked;
    }

    public override string Name => "bus";

    public override IReadOnlyList<Seed> Seeds { get; } = [.. Known.Records.Select(record => Seed.Of(record.Bytes)), .. Others().Select(Seed.Of)];

    public override IReadOnlyList<string> Reaches { get; } =
    [
        "as it was signed", "dropped-PayloadReadable", "dropped-FieldsMatchPayload", "dropped-KeyPinned", "dropped-AlgorithmMatches", "dropped-SignatureValid", "dropped-unreadable", "another message",
    ];

    public override string Take(byte[] input)
    {
        var came = Unreadable;
        foreach (var type in Types)
        {
            _writer.Write(new LogEvent.Record(new LogPosition(0, "fuzz"), type, input));
            came = _outcome == Unreadable ? came : _outcome;
        }

        BrokenPromiseException.Unless(IsFiledOnlyAsItWouldBeVerified(input), "what is filed from the log has failed no check but that of its signature");
        BrokenPromiseException.Unless(_index.Count <= _signed.Count && _index.RevocationCount <= _revoked.Count, "the index holds only what was signed");
        BrokenPromiseException.Unless(Claims().All(IsSignedClaim) && _index.TagClaimCount <= 2, "a tag stands for nothing but what its witness signed");
        var isOther = Reads(input, WireJson.Default.ImagePushed) | Reads(input, WireJson.Default.SigningSkipped)
            | Reads(input, WireJson.Default.SigningFailed) | Reads(input, WireJson.Default.AdmissionDecided);
        return isOther ? "another message" : came is "added" or "revoked" or "duplicate" ? "as it was signed" : came;
    }

    /// <summary>A start makes all checks but that of the signature in a way of its own, which is faster; both must come to the same.</summary>
    private static bool IsFiledOnlyAsItWouldBeVerified(byte[] input)
    {
        AttestationCreated? created;
        try
        {
            created = JsonSerializer.Deserialize(input, WireJson.Default.AttestationCreated);
        }
        catch (JsonException)
        {
            return true;
        }

        if (created is null)
        {
            return true;
        }

        var whole = AttestationVerifier.Verify(created, Known.Resources).FailedCheck;
        return AttestationVerifier.FailureBeforeSignature(created, Known.Resources) is { } failure
            ? failure.FailedCheck == whole
            : whole is null or AttestationCheck.SignatureValid;
    }

    private static IEnumerable<string> Others() =>
    [
        $$"""{"eventId":"e1","image":"{{Known.App}}","tag":"1.0","mediaType":"application/vnd.oci.image.manifest.v1+json","source":"distribution","actor":"me","pushedAt":"2026-11-24T12:00:00Z","receivedAt":"2026-11-24T12:00:00.123Z"}""",
        $$"""{"eventId":"e1","image":"{{Known.App}}","code":"NotInRegistry","error":"gone","attempts":3,"failedAt":"2026-11-24T12:00:00Z"}""",
        $$"""{"eventId":"e1","image":"{{Known.App}}","reason":"NoRule","explanation":"none","skippedAt":"2026-11-24T12:00:00Z"}""",
    ];

    private void Added(Image image, IndexedAttestation attestation)
    {
        BrokenPromiseException.Unless(
            _signed.Contains(Word(image, attestation.Witness, attestation.KeyFingerprint, attestation.IdFor(image))), "nothing enters the index that no witness signed");
    }

    private void Revoked(Image image, IndexedRevocation revocation)
    {
        BrokenPromiseException.Unless(
            _revoked.Contains(Word(image, revocation.Witness, revocation.KeyFingerprint, revocation.Id + revocation.Reason)), "nothing is taken back that its witness did not take back");
    }

    private IEnumerable<(string Repository, string Tag, TagClaim Claim)> Claims() =>
        from name in new[] { ("team/app", "1.0"), ("team/app", "latest"), ("team/job", "1.0"), ("team/job", "latest"), ("team/evil", "1.0") }
        from claim in _index.FindTag(Known.Host, name.Item1, name.Item2)
        select (name.Item1, name.Item2, claim);

    private static bool IsSignedClaim((string Repository, string Tag, TagClaim Claim) said) => (said.Repository, said.Tag, said.Claim.Witness) switch
    {
        ("team/app", "1.0", "release") => Known.App.EndsWith($"@{said.Claim.Digest}", StringComparison.Ordinal),
        ("team/job", "latest", "release") => Known.Job.EndsWith($"@{said.Claim.Digest}", StringComparison.Ordinal),
        _ => false,
    };

    private static string Word(Image image, string witness, Digest key, string id) => $"{image} {witness} {key} {id}";

    private static bool Reads<T>(byte[] input, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(input, type) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
