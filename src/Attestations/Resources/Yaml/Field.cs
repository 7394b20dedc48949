using System.Globalization;
using Kritis.Events.Contracts.Images;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>
/// One value of a document with its place: reads it as what is expected there, and otherwise says so with file and line. What is
/// read wrongly yields null; the problem stops the load as a whole.
/// </summary>
internal sealed class Field(string file, string owner, string path, YamlNode node, ProblemList problems)
{
    public string Path => path;

    public int Line => (int)node.Start.Line;

    /// <summary>How many problems were found so far, here and elsewhere.</summary>
    public int ProblemCount => problems.Count;

    public void Wrong(string message) => problems.Add(file, Line, $"{owner}: {path}{message}");

    public Field In(string newOwner) => new(file, newOwner, path, node, problems);

    /// <summary>The members of a mapping; members that are not named here are problems.</summary>
    public Dictionary<string, Field>? Members(params ReadOnlySpan<string> known)
    {
        if (node is not YamlMappingNode mapping)
        {
            Wrong($": {Shape()} stands here; expected a mapping");
            return null;
        }

        var members = new Dictionary<string, Field>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            var member = new Field(file, owner, path.Length == 0 ? name : $"{path}.{name}", value, problems);
            if (known.Contains(name))
            {
                members[name] = member;
            }
            else
            {
                problems.Add(file, (int)key.Start.Line, $"{owner}: {path}: '{Excerpt.Of(name)}' is not known here; expected one of {string.Join(", ", known.ToArray())}");
            }
        }

        return members;
    }

    /// <summary>The members of a mapping, whatever they are called.</summary>
    public Dictionary<string, Field>? AnyMembers() => node is YamlMappingNode mapping
        ? Members([.. mapping.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "")])
        : Members();

    /// <summary>The entries of a mapping of texts to texts, of whose keys and values nothing is wrong.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Entries(Func<string, string?> problemOfKey, Func<string, string?> problemOfValue)
    {
        if (node is not YamlMappingNode mapping)
        {
            Wrong($": {Shape()} stands here; expected a mapping");
            return [];
        }

        var entries = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            var entry = new Field(file, owner, $"{path}.{Excerpt.Of(name)}", value, problems);
            if (problemOfKey(name) is { } problem)
            {
                entry.Wrong($": {problem}");
            }
            else if (entry.Checked(problemOfValue) is { } text)
            {
                entries.Add(new(name, text));
            }
        }

        return entries;
    }

    public string? Text()
    {
        if (node is YamlScalarNode { Value: { Length: > 0 } value } && !IsNull(node))
        {
            return value;
        }

        Wrong($": {Shape()} stands here; expected a text");
        return null;
    }

    /// <summary>A text that <paramref name="problemOf"/> finds nothing wrong with.</summary>
    public string? Checked(Func<string, string?> problemOf)
    {
        if (Text() is not { } text)
        {
            return null;
        }

        if (problemOf(text) is not { } problem)
        {
            return text;
        }

        Wrong($": '{Excerpt.Of(text)}': {problem}");
        return null;
    }

    public bool? Flag()
    {
        switch ((node as YamlScalarNode)?.Value)
        {
            case "true":
                return true;
            case "false":
                return false;
            default:
                Wrong($": expected true or false, found {Shape()}");
                return null;
        }
    }

    public int? Number(int least, int most)
    {
        if (int.TryParse((node as YamlScalarNode)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Wrong($": expected a number from {least} to {most}, found {Shape()}");
        return null;
    }

    /// <summary>The items of a list, at least <paramref name="least"/>.</summary>
    public IReadOnlyList<Field>? Items(int least)
    {
        if (node is not YamlSequenceNode list)
        {
            Wrong($": {Shape()} stands here; expected a list");
            return null;
        }

        if (list.Children.Count < least)
        {
            Wrong(": the list is empty; expected at least one entry");
            return null;
        }

        return [.. list.Children.Select((item, position) => new Field(file, owner, $"{path}[{position}]", item, problems))];
    }

    /// <summary>A list of texts, each of which <paramref name="problemOf"/> finds nothing wrong with.</summary>
    public IReadOnlyList<string>? Texts(Func<string, string?> problemOf, int least = 1)
    {
        if (Items(least) is not { } items)
        {
            return null;
        }

        var texts = new List<string>();
        foreach (var item in items)
        {
            if (item.Text() is not { } text)
            {
                continue;
            }

            if (problemOf(text) is { } problem)
            {
                item.Wrong($": '{Excerpt.Of(text)}': {problem}");
                continue;
            }

            if (texts.Contains(text))
            {
                item.Wrong($": '{Excerpt.Of(text)}' stands here twice");
                continue;
            }

            texts.Add(text);
        }

        return texts.Count == items.Count ? texts : null;
    }

    /// <summary>One of a few texts, by name.</summary>
    public T? OneOf<T>(IReadOnlyDictionary<string, T> choices)
        where T : struct
    {
        if (Text() is not { } text)
        {
            return null;
        }

        if (choices.TryGetValue(text, out var chosen))
        {
            return chosen;
        }

        Wrong($": '{Excerpt.Of(text)}' is not known; expected {string.Join(" or ", choices.Keys)}");
        return null;
    }

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "~" or "Null" or "NULL" };

    private string Shape() => node switch
    {
        YamlMappingNode => "a mapping",
        YamlSequenceNode => "a list",
        YamlScalarNode { Value: "" or null } => "nothing",
        _ when IsNull(node) => "null",
        YamlScalarNode scalar => $"'{Excerpt.Of(scalar.Value)}'",
        _ => "something else",
    };
}
