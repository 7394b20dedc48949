using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Policies;
using MassTransit;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>
/// Tells violations: a line in the log and an Event on the Pod, and a message on the bus. What the bus did not take is told to it later; the findings are
/// the queue.
/// </summary>
internal sealed partial class WorkloadTelling(
    WorkloadFindings findings, IBus bus, WorkloadEvents events, ClusterOptions cluster, TimeProvider time, ILogger<WorkloadTelling> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private bool _isAway;

    /// <summary>Tells what is untold.</summary>
    /// <returns>Whether everything is told; otherwise the bus is away.</returns>
    public async Task<bool> TellAsync(CancellationToken cancellationToken)
    {
        var untold = findings.Untold();
        foreach (var found in untold.Where(found => found.EventAt is null || found.ToldAt is not null))
        {
            Show(found);
        }

        foreach (var found in untold)
        {
            if (!await TryPublishAsync(found, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private void Show(FoundViolation found)
    {
        (found.EventAt, found.ToldAt) = (time.GetUtcNow(), null);
        events.Tell(WorkloadReport.Notice(found));
        Log.Violated(logger, found.Pod.Key.Namespace, found.Pod.Key.Name, string.Join(", ", found.Finding.Policies), WorkloadReport.Line(found.Finding));
    }

    private async Task<bool> TryPublishAsync(FoundViolation found, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // A bus whose broker is away waits in places where it does not look at the token.
            await bus.Publish(WorkloadReport.Message(found, cluster.Name, time.GetUtcNow()), either.Token).WaitAsync(either.Token);
            (found.ToldAt, _isAway) = (time.GetUtcNow(), false);
            return true;
        }
#pragma warning disable CA1031 // It is told again; nothing else depends on it.
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!_isAway)
            {
                _isAway = true;
                Log.NotPublished(logger, Excerpt.Of(failure.Message));
            }

            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Namespace}/{Name} does not fulfil [{Policies}] any more: {Finding}. Nothing was done to it.")]
        public static partial void Violated(ILogger logger, string @namespace, string name, string policies, string finding);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Violations of running workloads do not reach the bus: {Reason}. They are told later.")]
        public static partial void NotPublished(ILogger logger, string reason);
    }
}
