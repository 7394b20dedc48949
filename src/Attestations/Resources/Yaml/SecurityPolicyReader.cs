using System.Globalization;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>Reads the <c>spec</c> of a <c>SecurityPolicy</c>.</summary>
internal static class SecurityPolicyReader
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);
    private static readonly string[] Everything = ["*"];

    private static readonly Dictionary<string, Enforcement> Enforcements = new()
    {
        ["Enforce"] = Enforcement.Enforce,
        ["DryRun"] = Enforcement.DryRun,
    };

    private static readonly Dictionary<string, bool> BreakGlass = new() { ["Deny"] = false, ["Allow"] = true };

    private static readonly Dictionary<string, TagReferences> TagChoices = new()
    {
        ["Deny"] = TagReferences.Deny,
        ["Immutable"] = TagReferences.Immutable,
    };

    /// <returns>The policy, or null where any part of it cannot be read.</returns>
    public static SecurityPolicy? Read(string name, Field spec)
    {
        var before = spec.ProblemCount;
        var draft = Draft(name, spec);
        return spec.ProblemCount == before ? draft : null;
    }

    /// <summary>The policy with the strictest reading of every part that cannot be read, for where dropping it would loosen something.</summary>
    public static SecurityPolicy Draft(string name, Field spec)
    {
        if (spec.Members(
            "enabled", "clusters", "namespaces", "namespaceSelector", "require", "exempt", "placeholders", "tags", "enforcement", "breakGlass",
            "waitForAttestation") is not { } members)
        {
            return new SecurityPolicy
            {
                Name = name, Enabled = true, Clusters = Everything, Namespaces = Everything, Witnesses = [], AtLeast = 1, Enforcement = Enforcement.Enforce,
            };
        }

        var require = members.Required(spec, "require") is { } field ? Require(field) : null;
        return new SecurityPolicy
        {
            Name = name,
            Enabled = members.Optional("enabled")?.Flag() ?? true,
            Clusters = members.Optional("clusters")?.Texts(Names.ProblemOfPattern) ?? Everything,
            Namespaces = Namespaces(members, spec) ?? Everything,
            NamespaceSelector = members.Optional("namespaceSelector") is { } selector ? LabelSelectorReader.Read(selector) : null,
            Witnesses = require?.Witnesses ?? [],
            AtLeast = require?.AtLeast ?? 1,
            Exempt = members.Optional("exempt")?.Texts(Names.ProblemOfExemption, least: 0) ?? [],
            Placeholders = members.Optional("placeholders")?.Texts(ProblemOfPlaceholder, least: 0) ?? [],
            Tags = members.Optional("tags")?.OneOf(TagChoices) ?? TagReferences.Deny,
            BreakGlass = members.Optional("breakGlass")?.OneOf(BreakGlass) ?? false,
            WaitForAttestation = members.Optional("waitForAttestation") is { } waiting ? Duration(waiting) : null,
            Enforcement = members.Optional("enforcement")?.OneOf(Enforcements) ?? Enforcement.Enforce,
        };
    }

    /// <summary>Name patterns must be given, unless labels select: then they select among all names.</summary>
    private static IReadOnlyList<string>? Namespaces(Dictionary<string, Field> members, Field spec) =>
        !members.ContainsKey("namespaces") && members.ContainsKey("namespaceSelector")
            ? Everything
            : members.Required(spec, "namespaces")?.Texts(Names.ProblemOfPattern);

    private static string? ProblemOfPlaceholder(string text) => text.Contains('*', StringComparison.Ordinal)
        ? "a placeholder is an image exactly as it is written, not a pattern"
        : Names.ProblemOfExemption(text);

    private static Requirement? Require(Field field)
    {
        if (field.Members("allOf", "atLeast", "of") is not { } members)
        {
            return null;
        }

        if (members.ContainsKey("allOf") == (members.ContainsKey("atLeast") || members.ContainsKey("of")))
        {
            field.Wrong(": expected either allOf: [witnesses], or atLeast: N with of: [witnesses]");
            return null;
        }

        if (members.Optional("allOf") is { } all)
        {
            return all.Texts(Names.ProblemOfName) is { } every ? new Requirement(every, every.Count) : null;
        }

        var some = members.Required(field, "of")?.Texts(Names.ProblemOfName);
        var count = some is null ? null : members.Required(field, "atLeast")?.Number(1, some.Count);
        return some is null || count is null ? null : new Requirement(some, count.Value);
    }

    private static TimeSpan? Duration(Field field)
    {
        if (field.Text() is not { } text)
        {
            return null;
        }

        var unit = text.EndsWith("ms", StringComparison.Ordinal) ? "ms" : "s";
        if (text.EndsWith(unit, StringComparison.Ordinal) && int.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var duration = unit == "ms" ? TimeSpan.FromMilliseconds(number) : TimeSpan.FromSeconds(number);
            if (duration <= LongestWait)
            {
                return duration;
            }
        }

        field.Wrong($": '{Excerpt.Of(text)}': expected a duration of at most {LongestWait.TotalSeconds:0}s, for example 2s or 500ms");
        return null;
    }

    private sealed record Requirement(IReadOnlyList<string> Witnesses, int AtLeast);
}
