using System.Collections.Concurrent;
using Kritis.Events.Attestations.Kubernetes;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>Why a kind cannot be followed now.</summary>
internal sealed class OutageBoard
{
    private readonly ConcurrentDictionary<ClusterKind, string> _reasons = new();

    public string? Of(ClusterKind kind) => _reasons.GetValueOrDefault(kind);

    public void Begin(ClusterKind kind, string reason) => _reasons[kind] = reason;

    /// <returns>Whether there was an outage.</returns>
    public bool End(ClusterKind kind) => _reasons.TryRemove(kind, out _);
}
