using System.Collections.Concurrent;
using System.Collections.Frozen;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Policies;

/// <summary>The policies and registries of one set of resources, as they concern one cluster. Never changed.</summary>
internal sealed class PolicySet
{
    private const int MostNamespaces = 10_000;

    // A DNS label; a cluster has no other namespaces, and what is none is not kept.
    private const int MostNamespaceCharacters = 63;
    private readonly CompiledPolicy[] _policies;
    private readonly ClusterExemption[] _exemptions;
    private readonly FrozenDictionary<string, string> _signedHosts;
    private readonly FrozenDictionary<string, GlobPattern[]> _immutable;
    private readonly ConcurrentDictionary<string, NamespacePolicies> _ofName = new();
    private readonly WrittenImages _written;

    /// <exception cref="FormatException">A pattern cannot be read.</exception>
    public PolicySet(ResourceSet resources, string cluster)
    {
        _policies =
        [
            .. resources.Policies
                .Where(policy => policy.Enabled && policy.Clusters.Any(pattern => GlobPattern.Parse(pattern).IsMatch(cluster)))
                .OrderBy(policy => policy.Name, StringComparer.Ordinal)
                .Select(policy => new CompiledPolicy(policy, resources.Witnesses)),
        ];
        _exemptions = [.. resources.Exemptions.Select(exemption => new ClusterExemption(exemption))];
        _signedHosts = resources.Registries
            .SelectMany(registry => registry.Aliases.Select(alias => KeyValuePair.Create(alias, registry.Host)))
            .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _immutable = resources.Registries
            .Where(registry => registry.ImmutableTags.Count > 0)
            .ToFrozenDictionary(registry => registry.Host, registry => registry.ImmutableTags.Select(GlobPattern.Parse).ToArray());
        _written = new WrittenImages(this);
    }

    /// <summary>Whether the labels of a namespace decide which policies select it.</summary>
    public bool AsksForLabels(string ns) => OfName(ns).AskForLabels;

    /// <summary>The policies that select a namespace; all of them must hold.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="labels">Its labels, or null where they are not known: then every policy that asks for labels selects it.</param>
    public NamespacePolicies Of(string ns, IReadOnlyDictionary<string, string>? labels) => OfName(ns).With(labels);

    /// <summary>An image as it is written, read under the registries of this set.</summary>
    public WrittenImage Written(string image) => _written.Of(image);

    /// <summary>The exemption by which an image needs no attestation in a namespace, whatever the policy; or null.</summary>
    public ClusterExemption? Exempts(string ns, string asWritten, string asSigned)
    {
        foreach (var exemption in _exemptions)
        {
            if (exemption.Holds(ns, asWritten) || exemption.Holds(ns, asSigned))
            {
                return exemption;
            }
        }

        return null;
    }

    /// <summary>The reference under the host its registry signs with; the same object where it is written so already.</summary>
    public ImageReference Signed(ImageReference reference) =>
        _signedHosts.TryGetValue(reference.Registry, out var host) ? reference.WithRegistry(host) : reference;

    /// <summary>Whether the registry lets nobody move a tag of this repository.</summary>
    /// <param name="signed">The reference under the host that is signed.</param>
    public bool HasImmutableTags(ImageReference signed) =>
        _immutable.TryGetValue(signed.Registry, out var patterns) && Array.Exists(patterns, pattern => pattern.IsMatch(signed.Repository));

    private NamespacePolicies OfName(string ns)
    {
        if (_ofName.TryGetValue(ns, out var known))
        {
            return known;
        }

        var selecting = new NamespacePolicies(Array.FindAll(_policies, policy => policy.SelectsName(ns)));
        if (_ofName.Count < MostNamespaces && ns.Length <= MostNamespaceCharacters)
        {
            _ofName[ns] = selecting;
        }

        return selecting;
    }
}
