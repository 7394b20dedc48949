using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources.Yaml;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>Reads objects of <c>kritis.events</c> as the files of the same kinds are read; null where anything is wrong.</summary>
internal sealed class NativeObjects(string secretsFolder)
{
    public const string Registry = "Registry";
    public const string Witness = "Witness";
    public const string SigningRule = "SigningRule";
    public const string SecurityPolicy = "SecurityPolicy";

    /// <summary>What the names of environment variables must begin with that an object may name.</summary>
    public const string VariablePrefix = "REGISTRY_";

    public ConfiguredRegistry? ReadRegistry(CustomDocument document, ProblemList problems)
    {
        if (Spec(document, Registry, problems) is not { } spec || RegistryReader.Read(document.Metadata.Name, spec, secretsFolder) is not { } registry)
        {
            return null;
        }

        // Whoever may write a Registry says where its password is sent. It must not be able to name the service's other secrets.
        if (registry.Credentials?.PasswordFile is { } file && !IsBelow(secretsFolder, file))
        {
            spec.Wrong(".credentials.passwordFile: expected a path below the folder that Resources:Path names at the signer, without '..'");
        }

        if (registry.Credentials?.PasswordEnvironmentVariable is { } variable && !variable.StartsWith(VariablePrefix, StringComparison.Ordinal))
        {
            spec.Wrong($".credentials.passwordEnv: expected a name that begins with {VariablePrefix}");
        }

        return registry;
    }

    public static Witness? ReadWitness(CustomDocument document, ProblemList problems) =>
        Spec(document, Witness, problems) is { } spec ? WitnessReader.Read(document.Metadata.Name, spec) : null;

    public static SigningRule? ReadRule(CustomDocument document, ProblemList problems) =>
        Spec(document, SigningRule, problems) is { } spec ? SigningRuleReader.Read(document.Metadata.Name, spec) : null;

    public static SecurityPolicy? ReadPolicy(CustomDocument document, ProblemList problems) =>
        Spec(document, SecurityPolicy, problems) is { } spec ? SecurityPolicyReader.Read(document.Metadata.Name, spec) : null;

    /// <summary>
    /// The strictest reading of a policy that cannot be read: nothing fulfils it, and it lets nothing pass by an exemption, a placeholder, a tag or a broken
    /// glass. That it only warns it keeps where that can be read: a trial does not become a refusal by a slip of the pen.
    /// </summary>
    public static SecurityPolicy DraftPolicy(CustomDocument document)
    {
        var problems = new ProblemList();
        var draft = ObjectSpec.Of(document, SecurityPolicy, problems) is { } spec
            ? SecurityPolicyReader.Draft(document.Metadata.Name, spec)
            : StrictPolicy.OfEverything(document.Metadata.Name);
        return draft with
        {
            Problem = "its SecurityPolicy object cannot be read",
            Exempt = [],
            Placeholders = [],
            Tags = TagReferences.Deny,
            BreakGlass = false,
            WaitForAttestation = null,
        };
    }

    private static Field? Spec(CustomDocument document, string kind, ProblemList problems)
    {
        if (Names.ProblemOfName(document.Metadata.Name) is { } problem)
        {
            problems.Add("", 0, $"metadata.name: {problem}");
        }

        return ObjectSpec.IsOfCluster(document, kind, problems) ? ObjectSpec.Of(document, kind, problems) : null;
    }

    private static bool IsBelow(string folder, string file) =>
        Path.GetFullPath(file).StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
