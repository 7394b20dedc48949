namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>
/// The witnesses of a cluster. <c>Witness</c> objects and authorities of the whole cluster are known everywhere by their names. An authority that
/// lies in a namespace is known to the attestation policies of that namespace only, under a key that no name can have: who may write there
/// must not be able to stand in for a witness that somebody else's policy asks for.
/// </summary>
internal sealed class ClusterWitnesses
{
    private readonly Dictionary<string, Witness> _witnesses = [];
    private readonly HashSet<string> _known = [];

    public ClusterWitnesses(ClusterInventory inventory, List<ObjectState> states)
    {
        foreach (var held in inventory.Witnesses.Oldest)
        {
            Add(held.Name, held.InForce ?? WithoutKeys(held.Name));
            states.Add(held.StateOf(inventory.Witnesses, "it vouches for nothing"));
        }

        foreach (var held in inventory.Authorities.Oldest.OrderBy(held => held.Namespace is not null))
        {
            if (_known.Contains(held.Name))
            {
                states.Add(new ObjectState(inventory.Authorities.Kind, held.Document, ObjectStanding.Conflict,
                    $"{inventory.Authorities.Name} '{held.Name}': a witness of the whole cluster has that name, and goes before it; it vouches for nothing"));
                continue;
            }

            Add(Scoped(held.Namespace, held.Name), held.InForce ?? WithoutKeys(held.Name));
            states.Add(held.StateOf(inventory.Authorities, "it vouches for nothing"));
        }
    }

    /// <summary>The witnesses by the key that policies name them by.</summary>
    public IReadOnlyDictionary<string, Witness> All => _witnesses;

    /// <summary>The key of a witness of a namespace; its name for one of the whole cluster.</summary>
    public static string Scoped(string? ns, string name) => ns is null ? name : $"{ns}/{name}";

    /// <summary>The witness that policies and rules of the whole cluster mean by a name, or null.</summary>
    public Witness? OfCluster(string name) => _known.Contains(name) ? _witnesses[name] : null;

    /// <summary>The key of the witness that an attestation policy of a namespace means by a name, or null.</summary>
    public string? KeyFor(string? ns, string name) => _known.Contains(name) ? name : _known.Contains(Scoped(ns, name)) ? Scoped(ns, name) : null;

    /// <summary>Puts a witness that vouches for nothing where a policy names one that is not there.</summary>
    public string AddMissing(string key, string name)
    {
        _ = _witnesses.TryAdd(key, WithoutKeys(name));
        return key;
    }

    private void Add(string key, Witness witness)
    {
        _witnesses[key] = witness;
        _ = _known.Add(key);
    }

    private static Witness WithoutKeys(string name) => new() { Name = name, Keys = [] };
}
