using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Verifier.Policies;

/// <summary>A policy of this cluster, its patterns read and its witnesses looked up.</summary>
internal sealed class CompiledPolicy
{
    private readonly GlobPattern[] _namespaces;
    private readonly ExemptPattern[] _exempt;

    /// <exception cref="FormatException">A pattern cannot be read.</exception>
    /// <exception cref="KeyNotFoundException">The policy names a witness that is not there.</exception>
    public CompiledPolicy(SecurityPolicy policy, IReadOnlyDictionary<string, Witness> witnesses)
    {
        Name = policy.Name;
        IsEnforced = policy.Enforcement == Enforcement.Enforce;

        // A witness that is named twice is one witness, and a policy that asks for nobody's word asks for somebody's.
        Witnesses = [.. policy.Witnesses.Distinct(StringComparer.Ordinal).Select(name => witnesses[name])];
        AtLeast = Math.Max(1, policy.AtLeast);
        _namespaces = [.. policy.Namespaces.Select(GlobPattern.Parse)];
        _exempt = [.. policy.Exempt.Select(ExemptPattern.Parse)];
    }

    public string Name { get; }

    /// <summary>How many of the witnesses must have attested an image.</summary>
    public int AtLeast { get; }

    public bool IsEnforced { get; }

    public Witness[] Witnesses { get; }

    public bool Selects(string ns)
    {
        foreach (var pattern in _namespaces)
        {
            if (pattern.IsMatch(ns))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The pattern by which a normalised reference needs no attestation under this policy, or null; another policy may still ask for one.</summary>
    public ExemptPattern? Exempts(string reference)
    {
        foreach (var pattern in _exempt)
        {
            if (pattern.IsMatch(reference))
            {
                return pattern;
            }
        }

        return null;
    }
}
