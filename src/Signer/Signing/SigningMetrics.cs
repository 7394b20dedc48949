using System.Diagnostics.Metrics;

namespace Kritis.Events.Signer.Signing;

/// <summary>Counts what signing does and what it costs.</summary>
internal sealed class SigningMetrics
{
    private readonly Counter<long> _attestations;
    private readonly Counter<long> _signatures;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _failed;
    private readonly Histogram<double> _signing;
    private readonly Histogram<double> _attesting;

    public SigningMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Kritis.Events.Signer.Signing");
        _attestations = meter.CreateCounter<long>("kritis_attestations", description: "Attestations made.");
        _signatures = meter.CreateCounter<long>("kritis_kms_signatures", description: "Signatures that a key management was asked for.");
        _skipped = meter.CreateCounter<long>("kritis_signing_skipped", description: "Pushes that needed no signature.");
        _failed = meter.CreateCounter<long>("kritis_signing_failed", description: "Signatures that could not be made.");
        _signing = meter.CreateHistogram<double>("kritis_kms_signature_duration_seconds", "s", "Time a key management took for a signature.");
        _attesting = meter.CreateHistogram<double>("kritis_attestation_duration_seconds", "s", "Time from the need for an attestation to its place in the log.");
    }

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

    public void Skipped(string reason) => _skipped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Failed(string code) => _failed.Add(1, new KeyValuePair<string, object?>("code", code));
}
