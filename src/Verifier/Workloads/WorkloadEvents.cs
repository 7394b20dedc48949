using Kritis.Events.Verifier.Events;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>Events about running workloads. They have limits of their own, so that thousands of them keep no admission's Event waiting.</summary>
internal sealed class WorkloadEvents(EventWriter writer, EventMetrics metrics, TimeProvider time, ILogger<ClusterEvents> logger)
    : ClusterEvents(writer, EventLimits.Workloads, metrics, time, logger);
