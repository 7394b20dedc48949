namespace Kritis.Events.Verifier.Workloads;

/// <summary>When Pods are checked: a moment after something stands on the agenda, all of them on a schedule, and only while enough is known to say anything.</summary>
internal sealed class WorkloadLoop(
    WorkloadAgenda agenda, WorkloadSweep sweep, WorkloadTelling telling, WorkloadKnowledge knowledge, WorkloadOptions options, TimeProvider time)
{
    // What changes together is checked together, and an attestation that is a little late is no violation.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellingPause = TimeSpan.FromSeconds(30);

    /// <summary>Checks and tells until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        agenda.AddAll();
        var (sweptAt, isTold) = (time.GetTimestamp(), true);
        while (true)
        {
            await agenda.WaitAsync(UntilNext(sweptAt, isTold), time, cancellationToken);
            await Task.Delay(Settling, time, cancellationToken);
            while (!knowledge.IsComplete)
            {
                await Task.Delay(Patience, time, cancellationToken);
            }

            var (all, violating, pods) = agenda.Take();
            all = all || time.GetElapsedTime(sweptAt) >= options.Interval;
            sweptAt = all ? time.GetTimestamp() : sweptAt;
            _ = await sweep.CheckAsync(all, violating, pods, cancellationToken);
            isTold = await telling.TellAsync(cancellationToken);
        }
    }

    private TimeSpan UntilNext(long sweptAt, bool isTold)
    {
        var scheduled = options.Interval - time.GetElapsedTime(sweptAt);
        var next = isTold || scheduled < TellingPause ? scheduled : TellingPause;
        return next > TimeSpan.Zero ? next : TimeSpan.Zero;
    }
}
