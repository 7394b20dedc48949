using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources.Yaml;

namespace Kritis.Events.Attestations.Resources.Kubernetes.Grafeas;

/// <summary>
/// Reads an <c>AdmissionAllowlist</c>. Here a member that is not known is a problem: it may narrow an entry down, and passing it over would exempt
/// more than was meant.
/// </summary>
internal static class AllowlistReader
{
    public const string Kind = "AdmissionAllowlist";

    public static IReadOnlyList<Exemption>? Read(CustomDocument document, ProblemList problems)
    {
        if (!ObjectSpec.IsOfCluster(document, Kind, problems)
            || ObjectSpec.Of(document, Kind, problems) is not { } spec
            || spec.Members("patterns") is not { } members
            || members.Required(spec, "patterns")?.Items(least: 0) is not { } items)
        {
            return null;
        }

        var entries = items.Select(item => Entry(item, document.Metadata.Name)).ToArray();
        return entries.Contains(null) ? null : [.. entries.OfType<Exemption>()];
    }

    private static Exemption? Entry(Field item, string name)
    {
        if (item.Members("namePattern", "namespace") is not { } members)
        {
            return null;
        }

        var pattern = members.Required(item, "namePattern")?.Checked(Names.ProblemOfExemption);
        var ns = members.Optional("namespace");
        var only = ns?.Checked(Names.ProblemOfNamespace);
        return pattern is null || (ns is not null && only is null) ? null : new Exemption
        {
            Pattern = pattern,
            Namespace = only,
            Source = $"{Kind} '{name}'",
        };
    }
}
