using System.Diagnostics.Metrics;
using Kritis.Events.Verifier.Admission;

namespace Kritis.Events.Verifier.Events;

/// <summary>What is counted of the Events in the cluster.</summary>
internal sealed class EventMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _events = meters.Create(AdmissionMetrics.MeterName)
        .CreateCounter<long>("kritis_cluster_events", description: "Events for the cluster, by what came of them.");

    public void Told(bool again) => Count(again ? "updated" : "created");

    public void Dropped() => Count("dropped");

    public void Failed(bool isFinal) => Count(isFinal ? "refused" : "failed");

    private void Count(string outcome) => _events.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
