using System.Text.RegularExpressions;

namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>Reads a label selector as Kubernetes writes it: <c>matchLabels</c> and <c>matchExpressions</c>.</summary>
internal static partial class LabelSelectorReader
{
    private static readonly Dictionary<string, LabelOperator> Operators = new()
    {
        ["In"] = LabelOperator.In,
        ["NotIn"] = LabelOperator.NotIn,
        ["Exists"] = LabelOperator.Exists,
        ["DoesNotExist"] = LabelOperator.DoesNotExist,
    };

    /// <returns>The selector, or null where it cannot be read or asks for nothing, which would select everything by accident.</returns>
    public static LabelSelector? Read(Field field)
    {
        if (field.Members("matchLabels", "matchExpressions") is not { } members)
        {
            return null;
        }

        var requirements = new List<LabelRequirement>();
        foreach (var (key, value) in members.Optional("matchLabels")?.Entries(ProblemOfKey, ProblemOfValue) ?? [])
        {
            requirements.Add(new LabelRequirement(key, LabelOperator.In, [value]));
        }

        foreach (var expression in members.Optional("matchExpressions")?.Items(least: 0) ?? [])
        {
            if (Requirement(expression) is { } requirement)
            {
                requirements.Add(requirement);
            }
        }

        if (requirements.Count > 0)
        {
            return new LabelSelector(requirements);
        }

        field.Wrong(": the selector asks for no label; expected matchLabels or matchExpressions");
        return null;
    }

    private static LabelRequirement? Requirement(Field field)
    {
        if (field.Members("key", "operator", "values") is not { } members)
        {
            return null;
        }

        var key = members.Required(field, "key")?.Checked(ProblemOfKey);
        var how = members.Required(field, "operator")?.OneOf(Operators);
        var values = members.Optional("values") is { } given ? given.Texts(ProblemOfValue, least: 0) : [];
        if (key is null || how is not { } known || values is null)
        {
            return null;
        }

        var takesValues = known is LabelOperator.In or LabelOperator.NotIn;
        if (takesValues == (values.Count > 0))
        {
            return new LabelRequirement(key, known, values);
        }

        field.Wrong(values.Count > 0 ? $": {known} takes no values" : $": {known} needs values");
        return null;
    }

    private static string? ProblemOfKey(string key) => Key().IsMatch(key)
        ? null
        : "expected a label's key, for example env or example.com/env";

    private static string? ProblemOfValue(string value) => LabelValue().IsMatch(value)
        ? null
        : "expected a label's value: at most 63 letters, digits, '-', '_' and '.', starting and ending with a letter or digit";

    [GeneratedRegex(@"\A(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Key();

    [GeneratedRegex(@"\A(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelValue();
}
