using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Cli.Resolve;

/// <summary>Asks registries which digests tags have now. A registry that no resource names is asked without a password.</summary>
internal sealed class TagResolver(DistributionRegistry registries, ResourceSet resources)
{
    private readonly Dictionary<string, Digest> _known = new(StringComparer.Ordinal);

    /// <summary>The name with the digest in place of its tag, the host as it was written.</summary>
    /// <exception cref="RegistryException">The registry has no such tag, or cannot be asked.</exception>
    public async Task<string> ResolveAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        var tag = reference.Tag ?? "latest";
        var key = $"{reference.Name}:{tag}";
        if (!_known.TryGetValue(key, out var digest))
        {
            var registry = resources.RegistryOf(reference.Registry) ?? UnconfiguredRegistry.Of(reference.Registry);
            _known[key] = digest = await registries.ResolveTagAsync(registry, reference.Repository, tag, cancellationToken);
        }

        return $"{reference.Name}@{digest}";
    }
}
