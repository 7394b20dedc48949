using System.Diagnostics.Metrics;

namespace Kritis.Events.Signer.Signing;

/// <summary>Counts what signing does and what it costs.</summary>
internal sealed class SigningMetrics
{
    private readonly Counter<long> _attestations;
    private readonly Counter<long> _tagClaims;
    private readonly Counter<long> _signatures;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _signing;
    private readonly Histogram<double> _attesting;

    public SigningMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Kritis.Events.Signer.Signing");
        _attestations = meter.CreateCounter<long>("kritis_attestations", description: "Attestations made.");
        _tagClaims = meter.CreateCounter<long>("kritis_tag_claims", description: "Claims of tags made.");
        _signatures = meter.CreateCounter<long>("kritis_kms_signatures", description: "Signatures that a key management was asked for.");
        _skipped = meter.CreateCounter<long>("kritis_signing_skipped", description: "Pushes that needed no signature.");
        _failed = meter.CreateCounter<long>("kritis_signing_failed", description: "Signatures that could not be made.");
        _retries = meter.CreateCounter<long>("kritis_signing_retries", description: "Times a push was tried again after what may pass.");
        _signing = Seconds(meter, "kritis_kms_signature_duration_seconds", "Time a key management took for a signature.");
        _attesting = Seconds(meter, "kritis_attestation_duration_seconds", "Time from the need for an attestation to its place in the log.");
    }

    private static Histogram<double> Seconds(Meter meter, string name, string description) => meter.CreateHistogram(
        name, "s", description, tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    public void Signed(string kms, TimeSpan elapsed)
    {
        _signatures.Add(1, new KeyValuePair<string, object?>("kms", kms));
        _signing.Record(elapsed.TotalSeconds);
    }

    public void Attested(string witness, TimeSpan elapsed)
    {
        _attestations.Add(1, new KeyValuePair<string, object?>("witness", witness));
        _attesting.Record(elapsed.TotalSeconds);
    }

    public void ClaimedTag(string witness) => _tagClaims.Add(1, new KeyValuePair<string, object?>("witness", witness));

    public void Skipped(string reason) => _skipped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Retried() => _retries.Add(1);

    public void Failed(string code) => _failed.Add(1, new KeyValuePair<string, object?>("code", code));
}
