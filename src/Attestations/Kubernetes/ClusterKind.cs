namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>A kind of object as the API server's paths name it.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The version, for example <c>v1</c>.</param>
/// <param name="Plural">The resource's plural name, lower case, for example <c>pods</c>.</param>
public sealed record ClusterKind(string Group, string Version, string Plural)
{
    private const string Native = "kritis.events";
    private const string Grafeas = "kritis.grafeas.io";

    /// <summary>The cluster's namespaces.</summary>
    public static ClusterKind Namespaces { get; } = new("", "v1", "namespaces");

    /// <summary>The Pods of all namespaces.</summary>
    public static ClusterKind Pods { get; } = new("", "v1", "pods");

    /// <summary><c>Registry</c>, cluster-scoped.</summary>
    public static ClusterKind Registries { get; } = new(Native, "v1alpha1", "registries");

    /// <summary><c>Witness</c>, cluster-scoped.</summary>
    public static ClusterKind Witnesses { get; } = new(Native, "v1alpha1", "witnesses");

    /// <summary><c>SigningRule</c>, cluster-scoped.</summary>
    public static ClusterKind SigningRules { get; } = new(Native, "v1alpha1", "signingrules");

    /// <summary><c>SecurityPolicy</c>, cluster-scoped.</summary>
    public static ClusterKind SecurityPolicies { get; } = new(Native, "v1alpha1", "securitypolicies");

    /// <summary><c>AttestationAuthority</c> of kritis-validation-hook; cluster-scoped or in a namespace, as the cluster has it.</summary>
    public static ClusterKind AttestationAuthorities { get; } = new(Grafeas, "v1beta1", "attestationauthorities");

    /// <summary><c>GenericAttestationPolicy</c> of kritis-validation-hook, in a namespace.</summary>
    public static ClusterKind GenericAttestationPolicies { get; } = new(Grafeas, "v1beta1", "genericattestationpolicies");

    /// <summary><c>AdmissionAllowlist</c> of kritis-validation-hook, cluster-scoped.</summary>
    public static ClusterKind AdmissionAllowlists { get; } = new(Grafeas, "v1beta1", "admissionallowlists");

    /// <summary>The path below the API server's address that lists the objects of all namespaces.</summary>
    internal string Path => Group.Length == 0 ? $"api/{Version}/{Plural}" : $"apis/{Group}/{Version}/{Plural}";

    /// <summary><c>plural.group</c>, as kubectl takes it.</summary>
    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
