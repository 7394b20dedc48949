using System.Text;
using Kritis.Events.Contracts.Images;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>
/// The YAML documents of a file, within bounds: 1 MiB of UTF-8, 30 levels, no anchors or aliases (a few bytes of them can stand for
/// gigabytes), no explicit types.
/// </summary>
internal static class YamlDocuments
{
    public const int MostBytes = 1024 * 1024;
    private const int DeepestLevel = 30;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IReadOnlyList<YamlNode> Read(string file, ReadOnlySpan<byte> content, ProblemList problems)
    {
        if (content.Length > MostBytes)
        {
            problems.Add(file, 0, $"the file has more than {MostBytes} bytes");
            return [];
        }

        try
        {
            var text = StrictUtf8.GetString(content.StartsWith("\uFEFF"u8) ? content[3..] : content);
            return IsText(file, text, problems) && IsPlain(file, text, problems) ? Parse(text) : [];
        }
        catch (DecoderFallbackException)
        {
            problems.Add(file, 0, "the file is not UTF-8");
        }
        catch (YamlException unreadable)
        {
            problems.Add(file, (int)unreadable.Start.Line, $"this is not YAML: {Excerpt.Of(unreadable.Message)}");
        }
        catch (Exception unreadable) when (unreadable is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The library's scanner trips over some damaged texts instead of reporting them.
            problems.Add(file, 0, $"this is not YAML: {Excerpt.Of(unreadable.Message)}");
        }

        return [];
    }

    private static bool IsText(string file, string text, ProblemList problems)
    {
        var at = text.AsSpan().IndexOfAnyInRange('\u0000', '\u0008');
        if (at < 0)
        {
            return true;
        }

        problems.Add(file, 1 + text.AsSpan(0, at).Count('\n'), "the file has control characters");
        return false;
    }

    /// <summary>Looks at the events alone, before any tree is built of them.</summary>
    private static bool IsPlain(string file, string text, ProblemList problems)
    {
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        var depth = 0;
        while (parser.MoveNext())
        {
            var happened = parser.Current!;
            depth += happened.NestingIncrease;
            var problem = happened switch
            {
                AnchorAlias or NodeEvent { Anchor.IsEmpty: false } => "anchors and aliases are not taken; write the value out",
                NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } } => "explicit types (!!…) are not taken",
                _ when depth > DeepestLevel + 2 => $"the document has more than {DeepestLevel} levels",
                _ => null,
            };
            if (problem is not null)
            {
                problems.Add(file, (int)happened.Start.Line, problem);
                return false;
            }
        }

        return true;
    }

    private static List<YamlNode> Parse(string text)
    {
        using var reader = new StringReader(text);
        var stream = new YamlStream();
        stream.Load(reader);
        return [.. stream.Documents.Select(document => document.RootNode).Where(root => root is not YamlScalarNode { Value: "" or null })];
    }
}
