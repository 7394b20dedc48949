using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources.Yaml;

namespace Kritis.Events.Attestations.Resources.Kubernetes.Grafeas;

/// <summary>
/// Reads a <c>GenericAttestationPolicy</c> as a policy of its own namespace. Every authority that it names must have attested an image
/// (grafeas/kritis, docs/resources.md). Its own <c>admissionAllowlistPatterns</c> are passed over: who may write into one namespace exempts nothing.
/// </summary>
internal static class AttestationPolicyReader
{
    public const string Kind = "GenericAttestationPolicy";

    /// <returns>The policy, with the authorities' names as they are written, or null.</returns>
    public static SecurityPolicy? Read(CustomDocument document, ProblemList problems)
    {
        if (ForeignSpec.Of(document, Kind, problems) is not { } members || members.Required("attestationAuthorityNames")?.Items(least: 1) is not { } items)
        {
            return null;
        }

        var names = items.Select(item => item.Checked(Names.ProblemOfName)).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        return Strictest(document) with { Witnesses = names, AtLeast = names.Length };
    }

    /// <summary>The policy where it cannot be read: nothing fulfils it.</summary>
    public static SecurityPolicy Draft(CustomDocument document) => Strictest(document) with { Problem = "its GenericAttestationPolicy object cannot be read" };

    // A namespace's name holds no star, so that the pattern is the name. An object without a namespace governs all of them.
    private static SecurityPolicy Strictest(CustomDocument document) => document.Metadata.NamespaceProperty is { } ns
        ? StrictPolicy.OfEverything($"gap:{ns}/{document.Metadata.Name}") with { Namespaces = [ns] }
        : StrictPolicy.OfEverything($"gap:{document.Metadata.Name}");
}
