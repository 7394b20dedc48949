namespace Kritis.Events.Verifier.Workloads;

/// <summary>Checks Pods, a few at a time: an admission that comes in between is answered first.</summary>
internal sealed class WorkloadSweep(RunningPods pods, WorkloadCheck check, WorkloadFindings findings, WorkloadMetrics metrics, TimeProvider time)
{
    private const int Batch = 100;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(5);

    /// <summary>Checks what is due.</summary>
    /// <returns>How many Pods were checked.</returns>
    public async Task<int> CheckAsync(bool all, bool violating, IReadOnlyCollection<PodKey> named, CancellationToken cancellationToken)
    {
        var due = new HashSet<PodKey>(named);
        if (all)
        {
            due.UnionWith(pods.Keys);
        }

        if (all || violating)
        {
            due.UnionWith(findings.Keys);
        }

        var done = 0;
        foreach (var key in due)
        {
            Check(key);
            if (++done % Batch == 0)
            {
                await Task.Delay(Breath, time, cancellationToken);
            }
        }

        return done;
    }

    private void Check(PodKey key)
    {
        if (pods.Find(key) is not { } pod)
        {
            findings.Forget(key);
            return;
        }

        if (!check.TryCheck(pod, out var finding))
        {
            metrics.NotChecked();
            return;
        }

        metrics.Checked(finding);
        findings.Take(pod, finding);
    }
}
