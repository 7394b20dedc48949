using k8s;
using Kritis.Events.Attestations.Kubernetes;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>Follows the Pods of all namespaces, and has those checked that are new or have changed.</summary>
internal sealed partial class PodFeed(IKubernetes client, RunningPods pods, WorkloadAgenda agenda, TimeProvider time, ILogger<PodFeed> logger)
{
    /// <summary>Follows until it is cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in new ClusterWatch<RunningPod>(client, ClusterKind.Pods, time).FollowAsync(cancellationToken))
        {
            Take(change);
        }
    }

    private void Take(ClusterChange<RunningPod> change)
    {
        switch (change)
        {
            case ClusterChange<RunningPod>.Listed listed:
                pods.Replace(listed.Objects);
                agenda.AddAll();
                Log.Listed(logger, pods.Count);
                break;
            case ClusterChange<RunningPod>.Set set when pods.Set(set.Object):
                agenda.Add(set.Object.Key);
                break;
            case ClusterChange<RunningPod>.Removed removed when pods.Remove(removed.Object.Key):
                agenda.Add(removed.Object.Key);
                break;
            case ClusterChange<RunningPod>.Unreadable unreadable:
                Log.Unreadable(logger, unreadable.Namespace, unreadable.Name, unreadable.Reason);
                break;
            case ClusterChange<RunningPod>.Away away:
                Log.Away(logger, away.Reason);
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} Pods are followed and checked.")]
        public static partial void Listed(ILogger logger, int count);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Namespace}/{Name} cannot be read and is not checked: {Reason}.")]
        public static partial void Unreadable(ILogger logger, string? @namespace, string name, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Pods cannot be followed: {Reason}. Those that are known are still checked.")]
        public static partial void Away(ILogger logger, string reason);
    }
}
