using k8s;
using k8s.Models;
using Kritis.Events.Attestations.Kubernetes;

namespace Kritis.Events.Verifier.Policies;

/// <summary>
/// Follows the cluster's namespaces, so that policies can select them by their labels. While the API server is away what was known of them stands.
/// </summary>
internal sealed partial class NamespaceWatch(IKubernetes client, NamespaceLabels labels, TimeProvider time, ILogger<NamespaceWatch> logger) : BackgroundService
{
    /// <summary>Whether all namespaces have been listed once.</summary>
    public bool HasListed => labels.IsFollowed;

    /// <summary>Why they cannot be followed now, as a clause; null while they are.</summary>
    public string? Problem { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watch = new ClusterWatch<V1Namespace>(client, ClusterKind.Namespaces, time);
        await foreach (var change in watch.FollowAsync(stoppingToken))
        {
            Take(change);
        }
    }

    private void Take(ClusterChange<V1Namespace> change)
    {
        switch (change)
        {
            case ClusterChange<V1Namespace>.Away away:
                Problem = away.Reason;
                Log.Away(logger, away.Reason);
                return;
            case ClusterChange<V1Namespace>.Listed listed:
                labels.Replace(listed.Objects.ToDictionary(ns => ns.Name(), LabelsOf));
                labels.IsFollowed = true;
                Log.Listed(logger, listed.Objects.Count);
                break;
            case ClusterChange<V1Namespace>.Set set:
                labels.Set(set.Object.Name(), LabelsOf(set.Object));
                break;
            case ClusterChange<V1Namespace>.Removed removed:
                labels.Remove(removed.Object.Name());
                break;
            case ClusterChange<V1Namespace>.Unreadable unreadable:
                // What is not known is selected by every policy that asks for labels.
                labels.Remove(unreadable.Name);
                Log.Unreadable(logger, unreadable.Name, unreadable.Reason);
                break;
        }

        Problem = null;
    }

    private static IReadOnlyDictionary<string, string> LabelsOf(V1Namespace ns) => new Dictionary<string, string>(ns.Labels() ?? new Dictionary<string, string>());

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The labels of {Count} namespaces are known and followed.")]
        public static partial void Listed(ILogger logger, int count);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Namespaces cannot be followed: {Reason}. What is known of their labels stands.")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Namespace {Name} cannot be read ({Reason}); every policy that asks for labels selects it.")]
        public static partial void Unreadable(ILogger logger, string name, string reason);
    }
}
