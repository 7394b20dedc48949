using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Cli.Resolve;

/// <summary>
/// Finds where a manifest names images: the member <c>image</c> of every entry of a list <c>containers</c>, <c>initContainers</c> or
/// <c>ephemeralContainers</c>, at whatever depth, so that custom resources with Pods in them are covered as well.
/// </summary>
internal static class ManifestImages
{
    private const int MostMerges = 8;
    private static readonly string[] Lists = ["containers", "initContainers", "ephemeralContainers"];

    /// <summary>The places, in the order of the text.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="StartRefusedException">It is no YAML.</exception>
    public static IReadOnlyList<ImagePlace> Find(string file, string text)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StringReader(text);
            stream.Load(reader);
        }
        catch (YamlException unreadable)
        {
            throw new StartRefusedException($"{file}:{unreadable.Start.Line}: this is not YAML: {Excerpt.Of(unreadable.Message)}", unreadable);
        }
        catch (Exception unreadable) when (unreadable is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The library's scanner trips over some damaged texts instead of reporting them.
            throw new StartRefusedException($"{file}: this is not YAML: {Excerpt.Of(unreadable.Message)}", unreadable);
        }

        // What stands behind an anchor and its aliases is one node.
        var seen = new HashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        var found = new List<ImagePlace>();
        var waiting = new Stack<YamlNode>(stream.Documents.Select(document => document.RootNode));
        while (waiting.TryPop(out var node))
        {
            if (!seen.Add(node))
            {
                continue;
            }

            found.AddRange(ImagesOf(node));
            foreach (var child in ChildrenOf(node))
            {
                waiting.Push(child);
            }
        }

        return [.. found.DistinctBy(place => place.Start).OrderBy(place => place.Start)];
    }

    private static IEnumerable<YamlNode> ChildrenOf(YamlNode node) => node switch
    {
        YamlMappingNode mapping => mapping.Children.Values,
        YamlSequenceNode sequence => sequence.Children,
        _ => [],
    };

    private static IEnumerable<ImagePlace> ImagesOf(YamlNode node)
    {
        if (node is not YamlMappingNode mapping)
        {
            yield break;
        }

        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name } || !Lists.Contains(name, StringComparer.Ordinal) || value is not YamlSequenceNode containers)
            {
                continue;
            }

            foreach (var container in containers.OfType<YamlMappingNode>())
            {
                if (ImageOf(container, MostMerges) is { Value: { Length: > 0 } image } scalar)
                {
                    yield return new ImagePlace(image, (int)scalar.Start.Index, (int)scalar.End.Index, (int)scalar.Start.Line);
                }
            }
        }
    }

    // A container may take its image from another mapping (the merge key of YAML 1.1, which kubectl knows).
    private static YamlScalarNode? ImageOf(YamlMappingNode container, int merges)
    {
        if (container.Children.TryGetValue("image", out var image))
        {
            return image as YamlScalarNode;
        }

        if (merges == 0 || !container.Children.TryGetValue("<<", out var merged))
        {
            return null;
        }

        var others = merged is YamlSequenceNode several ? several.Children : [merged];
        return others.OfType<YamlMappingNode>().Select(other => ImageOf(other, merges - 1)).FirstOrDefault(found => found is not null);
    }
}

/// <summary>Where an image is named.</summary>
/// <param name="Image">The name.</param>
/// <param name="Start">The first character of what is written, its quotes included.</param>
/// <param name="End">The first character behind it.</param>
/// <param name="Line">The line, from 1.</param>
internal sealed record ImagePlace(string Image, int Start, int End, int Line);
