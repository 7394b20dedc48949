using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources.Yaml;

namespace Kritis.Events.Attestations.Resources.Kubernetes.Grafeas;

/// <summary>The <c>spec</c> of an object of kritis-validation-hook. Members that are not known here are passed over, as that one does.</summary>
internal sealed class ForeignSpec(Field owner, Dictionary<string, Field> members)
{
    /// <summary>The member, or null where it is not there.</summary>
    public Field? Of(string name) => members.GetValueOrDefault(name);

    /// <summary>The member; a problem where it is not there.</summary>
    public Field? Required(string name) => members.Required(owner, name);

    /// <returns>The members, or null where there is no mapping of them.</returns>
    public static ForeignSpec? Of(CustomDocument document, string kind, ProblemList problems)
    {
        if (Names.ProblemOfName(document.Metadata.Name) is { } problem)
        {
            problems.Add("", 0, $"{kind}: metadata.name: {problem}");
            return null;
        }

        return ObjectSpec.Of(document, kind, problems) is { } spec && spec.AnyMembers() is { } members ? new ForeignSpec(spec, members) : null;
    }
}
