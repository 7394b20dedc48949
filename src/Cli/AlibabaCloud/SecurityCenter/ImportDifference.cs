using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>A resource that is not as Security Center has it.</summary>
/// <param name="File">The file it stands in, or belongs into.</param>
/// <param name="Text">What differs, for people: a line, and one more for each member.</param>
internal sealed record ImportDifference(string File, string Text)
{
    /// <summary>How two versions of a witness differ; null where they do not.</summary>
    public static ImportDifference? Of(string file, Witness? now, Witness? then) => Of(file, "Witness", (now ?? then)!.Name, Lines(now), Lines(then));

    /// <summary>How two versions of a policy differ; null where they do not.</summary>
    public static ImportDifference? Of(string file, SecurityPolicy? now, SecurityPolicy? then) => Of(file, "SecurityPolicy", (now ?? then)!.Name, Lines(now), Lines(then));

    private static ImportDifference? Of(string file, string kind, string name, string[] now, string[] then)
    {
        if (now.SequenceEqual(then))
        {
            return null;
        }

        var title = (now, then) switch
        {
            ([], _) => $"+ {kind} '{name}' is not in the folder",
            (_, []) => $"- {kind} '{name}' ({file}) is no longer in Security Center",
            _ => $"~ {kind} '{name}' ({file}) differs",
        };
        return new ImportDifference(file, string.Join('\n', [title, .. now.Except(then).Select(line => $"    - {line}"), .. then.Except(now).Select(line => $"    + {line}")]));
    }

    private static string[] Lines(Witness? witness) =>
        witness is null ? [] : [.. witness.Keys.Select(key => $"key {key.DisplayName}{(key.Region is null ? "" : $" in {key.Region}")}: {key.PublicKey.Algorithm.Name()}, {key.State.ToString().ToLowerInvariant()}, {key.PublicKey.Fingerprint}")];

    private static string[] Lines(SecurityPolicy? policy) => policy is null ? [] :
    [
        $"enabled: {(policy.Enabled ? "true" : "false")}",
        $"clusters: {List(policy.Clusters)}",
        $"namespaces: {List(policy.Namespaces)}",
        $"require: {(policy.AtLeast == policy.Witnesses.Count ? "all" : $"at least {policy.AtLeast}")} of {List(policy.Witnesses)}",
    ];

    private static string List(IEnumerable<string> texts) => string.Join(", ", texts.Order(StringComparer.Ordinal));
}
