using System.Collections.Concurrent;
using System.Collections.Frozen;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Policies;

/// <summary>The policies and registries of one set of resources, as they concern one cluster. Never changed.</summary>
internal sealed class PolicySet
{
    private const int MostNamespaces = 10_000;
    private readonly CompiledPolicy[] _policies;
    private readonly FrozenDictionary<string, string> _signedHosts;
    private readonly ConcurrentDictionary<string, CompiledPolicy[]> _ofNamespace = new();

    /// <exception cref="FormatException">A pattern cannot be read.</exception>
    /// <exception cref="KeyNotFoundException">A policy names a witness that is not there.</exception>
    public PolicySet(ResourceSet resources, string cluster)
    {
        _policies =
        [
            .. resources.Policies
                .Where(policy => policy.Enabled && policy.Clusters.Any(pattern => GlobPattern.Parse(pattern).IsMatch(cluster)))
                .OrderBy(policy => policy.Name, StringComparer.Ordinal)
                .Select(policy => new CompiledPolicy(policy, resources.Witnesses)),
        ];
        _signedHosts = resources.Registries
            .SelectMany(registry => registry.Aliases.Select(alias => KeyValuePair.Create(alias, registry.Host)))
            .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

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

    /// <summary>The reference under the host its registry signs with; the same object where it is written so already.</summary>
    public ImageReference Signed(ImageReference reference) =>
        _signedHosts.TryGetValue(reference.Registry, out var host) ? reference.WithRegistry(host) : reference;
}
