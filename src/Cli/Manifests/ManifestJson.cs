using System.Text.Json.Nodes;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Cli.Manifests;

/// <summary>
/// Turns YAML into the JSON that is sent to an API server. An alias is written out, and a few bytes of them can stand for gigabytes, so what comes of one
/// file is bounded: 1,000,000 values and 16 Mi characters.
/// </summary>
internal sealed class ManifestJson(string file)
{
    private const int MostValues = 1_000_000;
    private const int MostCharacters = 16 * 1024 * 1024;
    private const int DeepestLevel = 100;
    private readonly MappingMembers _members = new();
    private int _values;
    private int _characters;

    /// <exception cref="StartRefusedException">It is no JSON, or more than it may be; the message names file and line.</exception>
    public JsonNode? Of(YamlNode node) => Of(node, 0);

    /// <summary>The members of a mapping.</summary>
    /// <inheritdoc cref="Of(YamlNode)" path="/exception"/>
    public IReadOnlyDictionary<string, YamlNode> Members(YamlMappingNode mapping) => At(mapping, () => _members.Of(mapping));

    private JsonNode? Of(YamlNode node, int depth)
    {
        Count(node, 1, (node as YamlScalarNode)?.Value?.Length ?? 0);
        if (depth > DeepestLevel)
        {
            throw Refused(node, $"the object has more than {DeepestLevel} levels, or an alias stands for what it is a part of");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var members = new JsonObject();
                foreach (var (name, value) in Members(mapping))
                {
                    Count(value, 0, name.Length);
                    members.Add(name, Of(value, depth + 1));
                }

                return members;
            case YamlSequenceNode sequence:
                return new JsonArray([.. sequence.Children.Select(child => Of(child, depth + 1))]);
            default:
                return At(node, () => Value(ScalarValue.Of((YamlScalarNode)node)));
        }
    }

    private static JsonValue? Value(object? value) => value switch
    {
        null => null,
        bool truth => JsonValue.Create(truth),
        long number => JsonValue.Create(number),
        ulong number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        var text => JsonValue.Create((string)text),
    };

    private void Count(YamlNode node, int values, int characters)
    {
        (_values, _characters) = (_values + values, _characters + characters);
        if (_values > MostValues || _characters > MostCharacters)
        {
            throw Refused(node, $"the file stands for more than {MostValues} values or {MostCharacters} characters");
        }
    }

    private T At<T>(YamlNode node, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException unreadable)
        {
            throw Refused(node, Excerpt.Of(unreadable.Message));
        }
    }

    private StartRefusedException Refused(YamlNode node, string problem) => new($"{file}:{node.Start.Line}: {problem}");
}
