namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>Gives every host and every instance to one registry: the oldest that claims it. A registry that comes too late for any is left out.</summary>
internal sealed class RegistryClaims(List<ObjectState> states)
{
    private readonly Dictionary<string, string> _owners = [];

    public List<ConfiguredRegistry> Of(HeldKind<ConfiguredRegistry> kind)
    {
        var registries = new List<ConfiguredRegistry>();
        foreach (var held in kind.Oldest)
        {
            if (held.InForce is { } registry && ClaimsOf(registry).Where(claim => _owners.ContainsKey(claim)).ToArray() is { Length: > 0 } taken)
            {
                var conflicts = string.Join("; ", taken.Select(claim => $"the {claim} belongs to Registry '{_owners[claim]}' already"));
                states.Add(new ObjectState(kind.Kind, held.Document, ObjectStanding.Conflict, $"Registry '{held.Name}': {conflicts}; it is left out"));
                continue;
            }

            states.Add(held.StateOf(kind, "it is left out"));
            if (held.InForce is { } owner)
            {
                registries.Add(owner);
                Claim(owner);
            }
        }

        return registries;
    }

    private void Claim(ConfiguredRegistry registry)
    {
        foreach (var claim in ClaimsOf(registry))
        {
            _owners[claim] = registry.Name;
        }
    }

    private static IEnumerable<string> ClaimsOf(ConfiguredRegistry registry)
    {
        var hosts = registry.Aliases.Prepend(registry.Host).Distinct(StringComparer.Ordinal).Select(host => $"host {host}");
        return registry.Acr is { } acr ? hosts.Append($"instance {acr.InstanceId} in {acr.Region}") : hosts;
    }
}
