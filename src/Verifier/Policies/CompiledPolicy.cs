using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Verifier.Policies;

/// <summary>A policy of this cluster, its patterns read and its witnesses looked up.</summary>
internal sealed class CompiledPolicy
{
    private readonly GlobPattern[] _namespaces;
    private readonly ExemptPattern[] _exempt;

    public CompiledPolicy(SecurityPolicy policy, IReadOnlyDictionary<string, Witness> witnesses)
    {
        Name = policy.Name;
        AtLeast = policy.AtLeast;
        IsEnforced = policy.Enforcement == Enforcement.Enforce;
        Witnesses = [.. policy.Witnesses.Select(name => witnesses[name])];
        _namespaces = [.. policy.Namespaces.Select(GlobPattern.Parse)];
        _exempt = [.. policy.Exempt.Select(ExemptPattern.Parse)];
    }

    public string Name { get; }

    /// <summary>How many of the witnesses must have attested an image.</summary>
    public int AtLeast { get; }

    public bool IsEnforced { get; }

    public Witness[] Witnesses { get; }

    public bool Selects(string ns) => _namespaces.Any(pattern => pattern.IsMatch(ns));

    /// <summary>Whether a normalised reference needs no attestation under this policy; another policy may still ask for one.</summary>
    public bool Exempts(string reference) => _exempt.Any(pattern => pattern.IsMatch(reference));
}
