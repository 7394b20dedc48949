using System.Text.Json.Nodes;
using Kritis.Events.Cli.Manifests;
using Kritis.Events.Contracts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Cli.Explain;

/// <summary>The objects of a manifest, as kubectl takes them from it: every document, and every item of a list for itself.</summary>
internal sealed class ManifestObjects
{
    private const string ListSuffix = "List";
    private readonly string _file;
    private readonly ManifestJson _json;
    private readonly List<ManifestObject> _objects = [];

    private ManifestObjects(string file) => (_file, _json) = (file, new ManifestJson(file));

    /// <exception cref="StartRefusedException">It cannot be read, or holds no object; the message names file and line.</exception>
    public static IReadOnlyList<ManifestObject> Of(ManifestFile file)
    {
        var reading = new ManifestObjects(file.Name);
        foreach (var document in ManifestYaml.Load(file).Where(document => !IsEmpty(document)))
        {
            reading.Add(document, null, null);
        }

        return reading._objects.Count > 0 ? reading._objects : throw new StartRefusedException($"{file.Name}: there is no object in it");
    }

    private static bool IsEmpty(YamlNode document) => document is YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or null };

    // What an item of a PodList leaves out, its list says.
    private void Add(YamlNode node, string? listVersion, string? itemKind)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw Refused(node, "expected an object with apiVersion and kind");
        }

        var members = _json.Members(mapping);
        var (version, kind) = (Text(members, "apiVersion"), Text(members, "kind"));
        if (version is null && kind is null)
        {
            (version, kind) = (listVersion, itemKind);
        }

        if (string.IsNullOrEmpty(version) || string.IsNullOrEmpty(kind))
        {
            throw Refused(node, $"the object has no {(string.IsNullOrEmpty(kind) ? "kind" : "apiVersion")}");
        }

        if (members.TryGetValue("items", out var items) && items is YamlSequenceNode list)
        {
            var kindOfItems = kind.EndsWith(ListSuffix, StringComparison.Ordinal) && kind != ListSuffix ? kind[..^ListSuffix.Length] : null;
            foreach (var item in list.Children)
            {
                Add(item, version, kindOfItems);
            }

            return;
        }

        _objects.Add(Object(node, version, kind));
    }

    private ManifestObject Object(YamlNode node, string version, string kind)
    {
        var content = (JsonObject)_json.Of(node)!;
        (content["apiVersion"], content["kind"]) = (version, kind);
        var metadata = content["metadata"] as JsonObject;
        return new ManifestObject
        {
            File = _file,
            Line = node.Start.Line,
            ApiVersion = version,
            Kind = kind,
            Name = Text(metadata, "name") ?? Text(metadata, "generateName"),
            Namespace = Text(metadata, "namespace") is { Length: > 0 } ns ? ns : null,
            Content = content,
        };
    }

    private static string? Text(IReadOnlyDictionary<string, YamlNode> members, string name) =>
        members.TryGetValue(name, out var node) && node is YamlScalarNode scalar ? ScalarValue.Of(scalar) as string : null;

    private static string? Text(JsonObject? members, string name) =>
        members?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private StartRefusedException Refused(YamlNode node, string problem) => new($"{_file}:{node.Start.Line}: {problem}");
}
