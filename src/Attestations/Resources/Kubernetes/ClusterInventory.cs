using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources.Kubernetes.Grafeas;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>All objects that resources are made of, by kind.</summary>
internal sealed class ClusterInventory
{
    /// <param name="secretsFolder">The folder, as a full path, that passwords of registries are read from.</param>
    public ClusterInventory(string secretsFolder)
    {
        var native = new NativeObjects(secretsFolder);
        Registries = new(ClusterKind.Registries, NativeObjects.Registry, native.ReadRegistry);
        Native = [Registries, Witnesses, Rules, Policies];
        Foreign = [Authorities, AttestationPolicies, Allowlists];
    }

    public HeldKind<ConfiguredRegistry> Registries { get; }

    public HeldKind<Witness> Witnesses { get; } = new(ClusterKind.Witnesses, NativeObjects.Witness, NativeObjects.ReadWitness);

    public HeldKind<SigningRule> Rules { get; } = new(ClusterKind.SigningRules, NativeObjects.SigningRule, NativeObjects.ReadRule);

    public HeldKind<SecurityPolicy> Policies { get; } = new(ClusterKind.SecurityPolicies, NativeObjects.SecurityPolicy, NativeObjects.ReadPolicy);

    public HeldKind<Witness> Authorities { get; } = new(ClusterKind.AttestationAuthorities, AuthorityReader.Kind, AuthorityReader.Read);

    public HeldKind<SecurityPolicy> AttestationPolicies { get; } =
        new(ClusterKind.GenericAttestationPolicies, AttestationPolicyReader.Kind, AttestationPolicyReader.Read);

    public HeldKind<IReadOnlyList<Exemption>> Allowlists { get; } = new(ClusterKind.AdmissionAllowlists, AllowlistReader.Kind, AllowlistReader.Read);

    /// <summary>The kinds that must be installed.</summary>
    public IReadOnlyList<IHeldKind> Native { get; }

    /// <summary>The kinds of kritis-validation-hook, which a cluster may be without.</summary>
    public IReadOnlyList<IHeldKind> Foreign { get; }

    /// <summary>Whether every kind was read; before that nothing may be concluded from any.</summary>
    public bool IsKnown => Native.Concat(Foreign).All(kind => kind.IsKnown);
}
