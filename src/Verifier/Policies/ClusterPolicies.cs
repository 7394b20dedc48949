using System.Collections.Concurrent;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Verifier.Policies;

/// <summary>The policies of this cluster as they are now; a change of the resources swaps them whole.</summary>
internal sealed class ClusterPolicies : IDisposable
{
    private readonly IResourceSource _resources;
    private readonly string _cluster;
    private volatile PolicySet _current;

    public ClusterPolicies(IResourceSource resources, ClusterOptions cluster)
    {
        (_resources, _cluster) = (resources, cluster.Name);
        _current = new PolicySet(resources.Current, _cluster);
        resources.Changed += Swap;
    }

    public PolicySet Current => _current;

    public void Dispose() => _resources.Changed -= Swap;

    private void Swap(ResourceSet resources) => _current = new PolicySet(resources, _cluster);
}

/// <summary>The policies and registries of one set of resources.</summary>
internal sealed class PolicySet(ResourceSet resources, string cluster)
{
    private const int MostNamespaces = 10_000;
    private readonly CompiledPolicy[] _policies =
    [
        .. resources.Policies
            .Where(policy => policy.Enabled && policy.Clusters.Any(pattern => GlobPattern.Parse(pattern).IsMatch(cluster)))
            .OrderBy(policy => policy.Name, StringComparer.Ordinal)
            .Select(policy => new CompiledPolicy(policy, resources.Witnesses)),
    ];

    private readonly ConcurrentDictionary<string, CompiledPolicy[]> _ofNamespace = new();

    /// <summary>The policies that select a namespace; all of them must hold.</summary>
    public CompiledPolicy[] Of(string ns)
    {
        if (_ofNamespace.TryGetValue(ns, out var known))
        {
            return known;
        }

        var selecting = _policies.Where(policy => policy.Selects(ns)).ToArray();
        if (_ofNamespace.Count < MostNamespaces)
        {
            _ofNamespace[ns] = selecting;
        }

        return selecting;
    }

    /// <summary>The host under which a registry's images are signed.</summary>
    public string SignedHost(string host) => resources.RegistryOf(host)?.Host ?? host;
}
