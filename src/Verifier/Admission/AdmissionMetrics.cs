using System.Diagnostics.Metrics;

namespace Kritis.Events.Verifier.Admission;

/// <summary>What is counted of admissions.</summary>
internal sealed class AdmissionMetrics
{
    public const string MeterName = "Kritis.Events.Verifier";

    private readonly Counter<long> _admissions;
    private readonly Counter<long> _dropped;
    private readonly Histogram<double> _duration;

    public AdmissionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _admissions = meter.CreateCounter<long>("kritis_admissions", description: "Admission reviews, by how they were answered.");
        _dropped = meter.CreateCounter<long>("kritis_journal_dropped", description: "Decisions that did not reach the bus.");
        _duration = meter.CreateHistogram(
            "kritis_admission_duration_seconds",
            "s",
            "Time from a whole review to its decision.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1],
            });
    }

    public void Answered(AdmissionOutcome outcome, TimeSpan elapsed)
    {
        _admissions.Add(1, new KeyValuePair<string, object?>("outcome", outcome.Name()));
        _duration.Record(elapsed.TotalSeconds);
    }

    public void NoReview() => _admissions.Add(1, new KeyValuePair<string, object?>("outcome", "noreview"));

    public void Dropped() => _dropped.Add(1);
}
