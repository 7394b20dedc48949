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

    public static SecurityPolicy? Read(string name, Field spec, ProblemList problems)
    {
        if (spec.Members("enabled", "clusters", "namespaces", "require", "exempt", "enforcement", "breakGlass", "waitForAttestation") is not { } members)
        {
            return null;
        }

        var enabled = members.Optional("enabled") is { } flag ? flag.Flag() : true;
        var clusters = members.Optional("clusters") is { } list ? list.Texts(Names.ProblemOfPattern) : Everything;
        var namespaces = members.Required(spec, "namespaces")?.Texts(Names.ProblemOfPattern);
        var require = members.Required(spec, "require") is { } field ? Require(field) : null;
        var exempt = members.Optional("exempt") is { } exemptions ? exemptions.Texts(Names.ProblemOfExemption, least: 0) : [];
        var enforcement = members.Optional("enforcement") is { } given ? given.OneOf(Enforcements) : Enforcement.Enforce;
        var wait = members.Optional("waitForAttestation") is { } waiting ? Duration(waiting) : null;
        RefuseBreakGlass(members.Optional("breakGlass"));
        if (enabled is null || clusters is null || namespaces is null || require is null || exempt is null || enforcement is null)
        {
            return null;
        }

        if (wait is not null)
        {
            problems.Warnings.Add($"SecurityPolicy '{name}': waitForAttestation has no effect in this version; a digest without an attestation is refused at once");
        }

        return new SecurityPolicy
        {
            Name = name,
            Enabled = enabled.Value,
            Clusters = clusters,
            Namespaces = namespaces,
            Witnesses = require.Witnesses,
            AtLeast = require.AtLeast,
            Exempt = exempt,
            Enforcement = enforcement.Value,
            WaitForAttestation = wait,
        };
    }

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

    private static void RefuseBreakGlass(Field? field)
    {
        if (field?.OneOf(BreakGlass) is true)
        {
            field.Wrong(": Allow is not available in this version; expected Deny");
        }
    }

    private static TimeSpan? Duration(Field field)
    {
        if (field.Text() is not { } text)
        {
            return null;
        }

        var (digits, unit) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 1) : (text.TrimEnd('s'), 1000);
        var hasUnit = text.EndsWith('s');
        if (hasUnit && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var duration = TimeSpan.FromMilliseconds((double)number * unit);
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
