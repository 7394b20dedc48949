using System.Diagnostics.Metrics;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>Counts what comparisons found.</summary>
internal sealed class ReconcileMetrics
{
    private readonly Counter<long> _runs;
    private readonly Counter<long> _tags;

    public ReconcileMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Kritis.Events.Signer.Reconcile");
        _runs = meter.CreateCounter<long>("kritis_reconcile_runs", description: "Comparisons of registries with the attestation log that came to their end.");
        _tags = meter.CreateCounter<long>("kritis_reconcile_found", description: "What they found, by result: known, restored, sent, skipped or failed.");
    }

    public void Done(ReconcileReport report)
    {
        _runs.Add(1);
        Add("known", report.Known);
        Add("restored", report.Restored);
        Add("sent", report.Sent);
        Add("skipped", report.Skipped);
        Add("failed", report.Failed);
    }

    private void Add(string result, int count) => _tags.Add(count, new KeyValuePair<string, object?>("result", result));
}
