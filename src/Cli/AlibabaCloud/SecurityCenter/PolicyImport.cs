using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>
/// Makes <c>SecurityPolicy</c> resources of a policy of the console. What cannot be said exactly is never said more loosely: an enabled policy
/// that cannot be imported stops the import.
/// </summary>
/// <param name="witnesses">The resources' names of the witnesses that are there, by their names in the console.</param>
/// <param name="unusable">Why the other witnesses are not there, by their names in the console.</param>
/// <param name="standing">The policies of the folder by name.</param>
/// <param name="notes">Takes what a person has to know.</param>
internal sealed class PolicyImport(
    IReadOnlyDictionary<string, string> witnesses, IReadOnlyDictionary<string, string> unusable, IReadOnlyDictionary<string, SecurityPolicy> standing, ImportNotes notes)
{
    /// <summary>The policies, one for every set of namespaces.</summary>
    public IReadOnlyList<SecurityPolicy> Import(ConsolePolicy console)
    {
        if (ProblemOf(console) is { } problem)
        {
            var text = $"SecurityPolicy '{Excerpt.Of(console.Name)}' cannot be imported: {problem}";
            if (console.Status == "disabled")
            {
                notes.Warning(text + ". It is disabled there, and left out here.");
            }
            else
            {
                notes.Problem(text + ".");
            }

            return [];
        }

        if (console.Clusters.Count == 0)
        {
            notes.Warning($"SecurityPolicy '{Excerpt.Of(console.Name)}' holds for no cluster in Security Center, and is left out.");
            return [];
        }

        var groups = console.Clusters
            .GroupBy(cluster => string.Join('\n', Sorted(cluster.Namespaces)), cluster => cluster)
            .OrderBy(group => group.Min(cluster => cluster.ClusterId), StringComparer.Ordinal)
            .ToArray();
        return [.. groups.Select(group => Policy(console, [.. group], alone: groups.Length == 1))];
    }

    private string? ProblemOf(ConsolePolicy console)
    {
        if (console.Status is not ("enabled" or "disabled"))
        {
            return $"its status '{Excerpt.Of(console.Status)}' is not known";
        }

        if (console.Mode != ConsolePolicy.RequireAttestor)
        {
            return $"its mode '{Excerpt.Of(console.Mode)}' is not known; expected {ConsolePolicy.RequireAttestor}";
        }

        if (console.RequiredAttestors.Count == 0)
        {
            return "it requires no witness";
        }

        if (console.Clusters.FirstOrDefault(cluster => cluster.Namespaces.Count == 0) is { } empty)
        {
            return $"it names no namespace of the cluster {Excerpt.Of(empty.ClusterId)}; whether that means none or all is not documented";
        }

        if (console.Clusters.GroupBy(cluster => cluster.ClusterId).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            return $"it names the cluster {Excerpt.Of(twice.Key)} twice";
        }

        return console.RequiredAttestors.FirstOrDefault(name => !witnesses.ContainsKey(name)) is { } missing
            ? $"it requires the witness '{Excerpt.Of(missing)}', {(unusable.TryGetValue(missing, out var reason) ? $"which cannot be imported: {reason.TrimEnd('.')}" : "which Security Center does not hold")}"
            : null;
    }

    private SecurityPolicy Policy(ConsolePolicy console, IReadOnlyList<ConsoleCluster> clusters, bool alone)
    {
        var plain = ImportedName.Of(console.Name);
        var ids = Sorted(clusters.Select(cluster => cluster.ClusterId));
        var name = alone ? plain : ImportedName.Of($"{plain}-{ids[0]}");
        var required = Sorted(console.RequiredAttestors.Select(witness => witnesses[witness]));
        var local = standing.GetValueOrDefault(name) ?? standing.GetValueOrDefault(plain);
        return new SecurityPolicy
        {
            Name = name,
            Enabled = console.Status == "enabled",
            Clusters = ids,
            Namespaces = Sorted(clusters[0].Namespaces),
            Witnesses = required,
            AtLeast = required.Length,
            // Security Center does not know these: they are the folder's own.
            Exempt = local?.Exempt ?? [],
            Enforcement = local?.Enforcement ?? Enforcement.Enforce,
            WaitForAttestation = local?.WaitForAttestation,
        };
    }

    private static string[] Sorted(IEnumerable<string> texts) => [.. texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
