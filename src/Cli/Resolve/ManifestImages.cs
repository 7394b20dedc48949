using Kritis.Events.Cli.Manifests;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Cli.Resolve;

/// <summary>
/// Finds where a manifest names images: the member <c>image</c> of every entry of a list <c>containers</c>, <c>initContainers</c> or
/// <c>ephemeralContainers</c>, and <c>image.reference</c> of every entry of a list <c>volumes</c>, at whatever depth, so that lists of objects and custom
/// resources with Pods in them are covered as well.
/// </summary>
internal sealed class ManifestImages
{
    private static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];
    private readonly string _file;
    private readonly MappingMembers _members = new();
    private readonly List<ImagePlace> _found = [];

    private ManifestImages(string file) => _file = file;

    /// <summary>The places, in the order of the text.</summary>
    /// <exception cref="StartRefusedException">It is no YAML, or an image is no text; the message names file and line.</exception>
    public static IReadOnlyList<ImagePlace> Find(ManifestFile file)
    {
        var finding = new ManifestImages(file.Name);

        // What stands behind an anchor and its aliases is one node.
        var seen = new HashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        var waiting = new Stack<YamlNode>(ManifestYaml.Load(file));
        while (waiting.TryPop(out var node))
        {
            if (!seen.Add(node))
            {
                continue;
            }

            finding.Look(node);
            foreach (var child in ChildrenOf(node))
            {
                waiting.Push(child);
            }
        }

        return [.. finding._found.DistinctBy(place => place.Start).OrderBy(place => place.Start)];
    }

    private static IEnumerable<YamlNode> ChildrenOf(YamlNode node) => node switch
    {
        YamlMappingNode mapping => mapping.Children.Values,
        YamlSequenceNode sequence => sequence.Children,
        _ => [],
    };

    private void Look(YamlNode node)
    {
        if (node is not YamlMappingNode mapping)
        {
            return;
        }

        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name } || value is not YamlSequenceNode list)
            {
                continue;
            }

            if (ContainerLists.Contains(name, StringComparer.Ordinal))
            {
                Add(list.Children, "image");
            }
            else if (name == "volumes")
            {
                Add(list.Children.Select(volume => MemberOf(volume, "image")), "reference");
            }
        }
    }

    private void Add(IEnumerable<YamlNode?> holders, string member)
    {
        foreach (var holder in holders)
        {
            if (MemberOf(holder, member) is YamlScalarNode image && TextOf(image) is { Length: > 0 } text)
            {
                _found.Add(new ImagePlace(text, (int)image.Start.Index, (int)image.End.Index, (int)image.Start.Line));
            }
        }
    }

    private YamlNode? MemberOf(YamlNode? node, string name)
    {
        try
        {
            return node is YamlMappingNode mapping ? _members.Of(mapping).GetValueOrDefault(name) : null;
        }
        catch (FormatException unreadable)
        {
            throw new StartRefusedException($"{_file}:{node!.Start.Line}: {Excerpt.Of(unreadable.Message)}", unreadable);
        }
    }

    // An image may be left out for others to put in; a number is a mistake that no API server takes.
    private string? TextOf(YamlScalarNode image)
    {
        try
        {
            return ScalarValue.Of(image) switch
            {
                null => null,
                string text => text,
                _ => throw new FormatException($"{image.Value} is no text for Kubernetes; put the image into quotes"),
            };
        }
        catch (FormatException unreadable)
        {
            throw new StartRefusedException($"{_file}:{image.Start.Line}: {Excerpt.Of(unreadable.Message)}", unreadable);
        }
    }
}

/// <summary>Where an image is named.</summary>
/// <param name="Image">The name.</param>
/// <param name="Start">The first character of what is written, its quotes, anchor and type included.</param>
/// <param name="End">The first character behind it.</param>
/// <param name="Line">The line, from 1.</param>
internal sealed record ImagePlace(string Image, int Start, int End, int Line)
{
    /// <summary>What is written here with another image in it; quotes, an anchor, a type and the lines of a block stay.</summary>
    /// <param name="written">What is written.</param>
    /// <param name="image">The other image.</param>
    public string With(string written, string image)
    {
        var at = written.LastIndexOf(Image, StringComparison.Ordinal);
        if (at >= 0 && written[(at + Image.Length)..].Trim() is "" or "\"" or "'")
        {
            return string.Concat(written.AsSpan(0, at), image, written.AsSpan(at + Image.Length));
        }

        // It is written with escapes.
        var quote = written.IndexOf('"', StringComparison.Ordinal);
        return $"{(quote < 0 ? "" : written[..quote])}\"{image}\"";
    }
}
