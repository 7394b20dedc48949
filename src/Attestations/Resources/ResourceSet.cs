namespace Kritis.Events.Attestations.Resources;

/// <summary>All resources as they stood at one moment, checked as a whole. Never changed; a reload makes a new one.</summary>
public sealed record ResourceSet
{
    /// <summary>A set without anything in it.</summary>
    public static ResourceSet Empty { get; } = new();

    /// <summary>The registries. No host or alias stands in two of them.</summary>
    public IReadOnlyList<ConfiguredRegistry> Registries { get; init; } = [];

    /// <summary>
    /// The witnesses by the key that policies and rules name them by: their name, or <c>NAMESPACE/NAME</c> for one that only policies of that
    /// namespace may name.
    /// </summary>
    public IReadOnlyDictionary<string, Witness> Witnesses { get; init; } = new Dictionary<string, Witness>();

    /// <summary>The signing rules. Each one's registry and witness exist.</summary>
    public IReadOnlyList<SigningRule> Rules { get; init; } = [];

    /// <summary>The security policies. Each one's witnesses exist.</summary>
    public IReadOnlyList<SecurityPolicy> Policies { get; init; } = [];

    /// <summary>Images that need no attestation, whatever the policy.</summary>
    public IReadOnlyList<Exemption> Exemptions { get; init; } = [];

    /// <summary>
    /// Every witness that signs in <paramref name="name"/>. There is one, except that namespaces may each have one of their own; which of them counts is
    /// the policy's choice, by their keys.
    /// </summary>
    public IReadOnlyList<Witness> WitnessesNamed(string name) => Witnesses.TryGetValue(name, out var witness) && witness.Keys.Count > 0
        ? [witness]
        : [.. Witnesses.Values.Where(scoped => scoped.Name == name)];

    /// <summary>The registry that serves <paramref name="host"/> under its own name or an alias, or null.</summary>
    public ConfiguredRegistry? RegistryOf(string host) => Registries.FirstOrDefault(registry =>
        registry.Host.Equals(host, StringComparison.OrdinalIgnoreCase)
        || registry.Aliases.Contains(host, StringComparer.OrdinalIgnoreCase));
}
