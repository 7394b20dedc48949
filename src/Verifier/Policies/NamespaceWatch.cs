using System.Diagnostics.Metrics;
using k8s;
using k8s.Models;
using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Verifier.Admission;

namespace Kritis.Events.Verifier.Policies;

/// <summary>
/// Follows the cluster's namespaces, so that policies can select them by their labels. While they cannot be followed what was known of them stands, for
/// however long that is: forgetting it would have every policy that asks for labels refuse in every namespace. How long it is can be seen and watched.
/// </summary>
internal sealed partial class NamespaceWatch : BackgroundService
{
    private readonly IKubernetes _client;
    private readonly NamespaceLabels _labels;
    private readonly TimeProvider _time;
    private readonly ILogger<NamespaceWatch> _logger;
    private volatile Outage? _outage;

    public NamespaceWatch(IKubernetes client, NamespaceLabels labels, TimeProvider time, IMeterFactory meters, ILogger<NamespaceWatch> logger)
    {
        (_client, _labels, _time, _logger) = (client, labels, time, logger);
        _ = meters.Create(AdmissionMetrics.MeterName).CreateObservableGauge(
            "kritis_namespaces_behind_seconds", () => Behind.TotalSeconds, description: "For how long the labels of namespaces have not been followed; 0 while they are.");
    }

    /// <summary>Whether all namespaces have been listed once.</summary>
    public bool HasListed => _labels.IsFollowed;

    /// <summary>Why they cannot be followed now, as a clause; null while they are.</summary>
    public string? Problem => _outage?.Reason;

    /// <summary>For how long they have not been followed; zero while they are.</summary>
    public TimeSpan Behind => _outage is { } outage ? _time.GetElapsedTime(outage.Since) : TimeSpan.Zero;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watch = new ClusterWatch<V1Namespace>(_client, ClusterKind.Namespaces, _time);
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
                _outage = new Outage(_outage?.Since ?? _time.GetTimestamp(), away.Reason);
                Log.Away(_logger, away.Reason);
                return;
            case ClusterChange<V1Namespace>.Listed listed:
                _labels.Replace(listed.Objects.ToDictionary(ns => ns.Name(), LabelsOf));
                _labels.IsFollowed = true;
                Log.Listed(_logger, listed.Objects.Count);
                break;
            case ClusterChange<V1Namespace>.Set set:
                _labels.Set(set.Object.Name(), LabelsOf(set.Object));
                break;
            case ClusterChange<V1Namespace>.Removed removed:
                _labels.Remove(removed.Object.Name());
                break;
            case ClusterChange<V1Namespace>.Unreadable unreadable:
                // What is not known is selected by every policy that asks for labels.
                _labels.Remove(unreadable.Name);
                Log.Unreadable(_logger, unreadable.Name, unreadable.Reason);
                break;
        }

        if (_outage is not null)
        {
            Log.Back(_logger, Behind.TotalSeconds);
            _outage = null;
        }
    }

    private static IReadOnlyDictionary<string, string> LabelsOf(V1Namespace ns) => new Dictionary<string, string>(ns.Labels() ?? new Dictionary<string, string>());

    /// <param name="Since">When it began, as a timestamp of the clock.</param>
    /// <param name="Reason">Why they cannot be followed, as it was told last.</param>
    private sealed record Outage(long Since, string Reason);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The labels of {Count} namespaces are known and followed.")]
        public static partial void Listed(ILogger logger, int count);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Namespaces cannot be followed: {Reason}. What is known of their labels decides until they can; a label that is changed meanwhile does not count.")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Namespaces are followed again, after {Seconds:0} s.")]
        public static partial void Back(ILogger logger, double seconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Namespace {Name} cannot be read ({Reason}); every policy that asks for labels selects it.")]
        public static partial void Unreadable(ILogger logger, string name, string reason);
    }
}
