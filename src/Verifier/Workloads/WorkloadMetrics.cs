using System.Diagnostics.Metrics;
using Kritis.Events.Verifier.Admission;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>What is counted of running workloads. Only the replica that speaks for all has numbers.</summary>
internal sealed class WorkloadMetrics
{
    private readonly Counter<long> _checks;

    public WorkloadMetrics(IMeterFactory meters, WorkloadFindings findings, RunningPods pods)
    {
        var meter = meters.Create(AdmissionMetrics.MeterName);
        _checks = meter.CreateCounter<long>("kritis_workload_checks", description: "Checks of Pods that are there, by what came of them.");
        _ = meter.CreateObservableGauge("kritis_workload_pods", () => pods.Count, description: "Pods that are followed.");
        _ = meter.CreateObservableGauge(
            "kritis_workload_violations", () => findings.Counts.Select(Measure), description: "Pods that do not fulfil a policy, by namespace and policy.");
    }

    public void Checked(WorkloadFinding? finding) => Count(finding switch { null => "fulfilled", { DryRun: true } => "dryrun", _ => "violated" });

    public void NotChecked() => Count("undecided");

    private void Count(string outcome) => _checks.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    private static Measurement<int> Measure(KeyValuePair<(string Namespace, string Policy), int> pods) =>
        new(pods.Value, new("namespace", pods.Key.Namespace), new("policy", pods.Key.Policy));
}
