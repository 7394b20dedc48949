using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>JSON as the nodes that the readers of resources take; JSON is YAML.</summary>
internal static class JsonNodes
{
    private const int DeepestLevel = 30;

    /// <exception cref="FormatException">It is nested too deeply, a member stands twice, or a text is not Unicode.</exception>
    public static YamlNode Of(JsonElement json, int level = 0)
    {
        if (level > DeepestLevel)
        {
            throw new FormatException($"it has more than {DeepestLevel} levels");
        }

        return json.ValueKind switch
        {
            JsonValueKind.Object => Mapping(json, level),
            JsonValueKind.Array => new YamlSequenceNode(json.EnumerateArray().Select(item => Of(item, level + 1))),
            JsonValueKind.String => new YamlScalarNode(Text(json)) { Style = ScalarStyle.DoubleQuoted },
            _ => new YamlScalarNode(json.GetRawText()) { Style = ScalarStyle.Plain },
        };
    }

    private static YamlMappingNode Mapping(JsonElement json, int level)
    {
        var mapping = new YamlMappingNode();
        foreach (var member in json.EnumerateObject())
        {
            var name = new YamlScalarNode(member.Name) { Style = ScalarStyle.DoubleQuoted };
            if (mapping.Children.ContainsKey(name))
            {
                throw new FormatException("a member stands twice in one object");
            }

            mapping.Add(name, Of(member.Value, level + 1));
        }

        return mapping;
    }

    private static string Text(JsonElement json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("a text in it is not Unicode");
        }
    }
}
