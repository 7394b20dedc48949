using Kritis.Events.Attestations.Resources.Kubernetes.Grafeas;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>
/// Makes one set of resources of all objects as they stand, and says of each what became of it. Whatever is wrong with an object, the set is never
/// looser for it: policies refuse, witnesses vouch for nothing, everything else is left out.
/// </summary>
internal sealed class ClusterSet
{
    private readonly ClusterInventory _inventory;
    private readonly List<ObjectState> _states = [];
    private readonly List<ConfiguredRegistry> _registries;
    private readonly ClusterWitnesses _witnesses;

    private ClusterSet(ClusterInventory inventory)
    {
        _inventory = inventory;
        _registries = new RegistryClaims(_states).Of(inventory.Registries);
        _witnesses = new ClusterWitnesses(inventory, _states);
    }

    /// <summary>The set, and the state of every object.</summary>
    public static (ResourceSet Set, IReadOnlyList<ObjectState> States) Of(ClusterInventory inventory)
    {
        var made = new ClusterSet(inventory);
        var set = made.Make();
        return (set, made._states);
    }

    private ResourceSet Make()
    {
        var rules = Rules().ToArray();
        SecurityPolicy[] policies = [.. Policies(), .. AttestationPolicies()];
        return new ResourceSet
        {
            Registries = _registries,
            Rules = rules,
            Policies = policies,
            Exemptions = [.. Exemptions()],
            Witnesses = _witnesses.All,
        };
    }

    private IEnumerable<SigningRule> Rules()
    {
        var kind = _inventory.Rules;
        foreach (var held in kind.Oldest)
        {
            if (held.InForce is { } rule && ProblemOf(rule) is var (standing, problem))
            {
                _states.Add(new ObjectState(kind.Kind, held.Document, standing, $"{kind.Name} '{held.Name}': {problem}; it is left out"));
                continue;
            }

            _states.Add(held.StateOf(kind, "it is left out"));
            if (held.InForce is { } usable)
            {
                yield return usable;
            }
        }
    }

    private (ObjectStanding Standing, string Problem)? ProblemOf(SigningRule rule)
    {
        if (_registries.All(registry => registry.Name != rule.Registry))
        {
            return (ObjectStanding.MissingRegistry, $"spec.registry: there is no Registry '{Contracts.Images.Excerpt.Of(rule.Registry)}'");
        }

        return _witnesses.OfCluster(rule.Witness) switch
        {
            null => (ObjectStanding.MissingWitness, $"spec.witness: there is no Witness '{Contracts.Images.Excerpt.Of(rule.Witness)}'"),
            { ActiveKey: null } => (ObjectStanding.NoActiveKey, $"spec.witness: Witness '{rule.Witness}' has no active key to sign with"),
            _ => null,
        };
    }

    private IEnumerable<SecurityPolicy> Policies()
    {
        var kind = _inventory.Policies;
        foreach (var held in kind.Oldest)
        {
            var policy = held.InForce ?? NativeObjects.DraftPolicy(held.Document);
            var missing = policy.Witnesses.Where(name => _witnesses.OfCluster(name) is null).ToArray();
            var consequence = policy.Enforcement == Enforcement.DryRun
                ? "it is in dry run and warns of every image of the namespaces it selects"
                : "it refuses every image of the namespaces it selects";
            _states.Add(held.StateOf(kind, consequence, Missing(kind, held, "spec.require", missing), Shared(kind, held, "spec.require", policy, _witnesses.OfCluster)));
            foreach (var name in missing)
            {
                _witnesses.AddMissing(name, name);
            }

            yield return policy;
        }
    }

    private IEnumerable<SecurityPolicy> AttestationPolicies()
    {
        var kind = _inventory.AttestationPolicies;
        foreach (var held in kind.Oldest)
        {
            var policy = held.InForce ?? AttestationPolicyReader.Draft(held.Document);
            var missing = policy.Witnesses.Where(name => _witnesses.KeyFor(held.Namespace, name) is null).ToArray();
            var shared = Shared(kind, held, "spec.attestationAuthorityNames", policy, name => _witnesses.KeyFor(held.Namespace, name) is { } key ? _witnesses.All[key] : null);
            _states.Add(held.StateOf(kind, "it refuses every image of its namespace", Missing(kind, held, "spec.attestationAuthorityNames", missing), shared));
            yield return policy with { Witnesses = [.. policy.Witnesses.Select(name => _witnesses.KeyFor(held.Namespace, name) ?? _witnesses.AddMissing(ClusterWitnesses.Scoped(held.Namespace, name), name))] };
        }
    }

    private IEnumerable<Exemption> Exemptions()
    {
        var kind = _inventory.Allowlists;
        foreach (var held in kind.Oldest)
        {
            _states.Add(held.StateOf(kind, "it exempts nothing"));
            foreach (var exemption in held.InForce ?? [])
            {
                yield return exemption;
            }
        }
    }

    private static string? Shared<T>(HeldKind<T> kind, HeldObject<T> held, string path, SecurityPolicy policy, Func<string, Witness?> find)
        where T : class => SharedKeys.In(policy, find) is { } shared ? $"{kind.Name} '{held.Name}': {path}: {shared}" : null;

    private static string? Missing<T>(HeldKind<T> kind, HeldObject<T> held, string path, string[] names)
        where T : class => names.Length == 0
            ? null
            : $"{kind.Name} '{held.Name}': {string.Join("; ", names.Select(name => $"{path}: there is no Witness '{name}'"))}; it counts, and nobody vouches in that name";
}
