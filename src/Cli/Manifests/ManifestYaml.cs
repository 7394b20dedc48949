using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Cli.Manifests;

/// <summary>
/// The YAML documents of a manifest; JSON is YAML too. A manifest comes from elsewhere, so its events are looked at before any tree is built of them:
/// at most 100 levels and 500,000 nodes, and nothing but a scalar that is written out as a key, which is all that Kubernetes takes.
/// </summary>
internal static class ManifestYaml
{
    private const int DeepestLevel = 100;
    private const int MostNodes = 500_000;

    /// <exception cref="StartRefusedException">It is no YAML, or none within these bounds; the message names file and line.</exception>
    public static IReadOnlyList<YamlNode> Load(ManifestFile file)
    {
        try
        {
            Check(file);
            using var reader = new StringReader(file.Text);
            var stream = new YamlStream();
            stream.Load(reader);
            return [.. stream.Documents.Select(document => document.RootNode)];
        }
        catch (YamlException unreadable)
        {
            throw new StartRefusedException($"{file.Name}:{unreadable.Start.Line}: this is not YAML: {Excerpt.Of(unreadable.Message)}", unreadable);
        }
        catch (Exception unreadable) when (unreadable is InvalidOperationException or ArgumentException or FormatException or OverflowException or KeyNotFoundException)
        {
            // The library's scanner trips over some damaged texts instead of reporting them.
            throw new StartRefusedException($"{file.Name}: this is not YAML: {Excerpt.Of(unreadable.Message)}", unreadable);
        }
    }

    private static void Check(ManifestFile file)
    {
        using var reader = new StringReader(file.Text);
        var parser = new Parser(reader);
        var open = new Stack<Collection>();
        var nodes = 0;
        while (parser.MoveNext())
        {
            var happened = parser.Current!;
            if (happened is NodeEvent or AnchorAlias)
            {
                nodes++;
                var isKey = open.TryPeek(out var holder) && holder.IsNextKey();
                if (ProblemOf(happened, isKey, open.Count, nodes) is { } problem)
                {
                    throw new StartRefusedException($"{file.Name}:{happened.Start.Line}: {problem}");
                }
            }

            if (happened is MappingStart or SequenceStart)
            {
                open.Push(new Collection(happened is MappingStart));
            }
            else if (happened is MappingEnd or SequenceEnd)
            {
                _ = open.Pop();
            }
        }
    }

    private static string? ProblemOf(ParsingEvent happened, bool isKey, int depth, int nodes) => happened switch
    {
        not Scalar when isKey => "a key is a list, a mapping or an alias, which Kubernetes does not take; if this is a template, render it first",
        _ when depth > DeepestLevel => $"the document has more than {DeepestLevel} levels",
        _ when nodes > MostNodes => $"the file has more than {MostNodes} values",
        _ => null,
    };

    /// <summary>A list, or a mapping whose nodes are keys and values by turns.</summary>
    private sealed class Collection(bool isMapping)
    {
        private bool _valueIsNext = true;

        public bool IsNextKey()
        {
            _valueIsNext = !_valueIsNext;
            return isMapping && !_valueIsNext;
        }
    }
}
