namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>Reads the <c>spec</c> of a <c>SigningRule</c>.</summary>
internal static class SigningRuleReader
{
    private static readonly Dictionary<string, SigningMode> Modes = new()
    {
        ["Automatic"] = SigningMode.Automatic,
        ["Manual"] = SigningMode.Manual,
    };

    private static readonly string[] Everything = ["*"];

    public static SigningRule? Read(string name, Field spec)
    {
        if (spec.Members("registry", "namespace", "repositories", "tags", "witness", "mode", "attach") is not { } members)
        {
            return null;
        }

        var registry = members.Required(spec, "registry")?.Text();
        var pattern = Pattern(members.Required(spec, "namespace"));
        var repositories = Patterns(members.Optional("repositories"));
        var tags = Patterns(members.Optional("tags"));
        var witness = members.Required(spec, "witness")?.Text();
        var mode = members.Optional("mode") is { } given ? given.OneOf(Modes) : SigningMode.Automatic;
        var attach = members.Optional("attach") is { } flag ? flag.Flag() : false;
        if (registry is null || pattern is null || repositories is null || tags is null || witness is null || mode is null || attach is null)
        {
            return null;
        }

        return new SigningRule
        {
            Name = name,
            Registry = registry,
            Namespace = pattern,
            Repositories = repositories,
            Tags = tags,
            Witness = witness,
            Mode = mode.Value,
            Attach = attach.Value,
        };
    }

    private static IReadOnlyList<string>? Patterns(Field? field) => field is null ? Everything : field.Texts(Names.ProblemOfPattern);

    private static string? Pattern(Field? field)
    {
        if (field?.Text() is not { } text)
        {
            return null;
        }

        if (Names.ProblemOfPattern(text) is not { } problem)
        {
            return text;
        }

        field.Wrong($": {problem}");
        return null;
    }
}
