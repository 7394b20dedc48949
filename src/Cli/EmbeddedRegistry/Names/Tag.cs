using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Kritis.Events.Cli.EmbeddedRegistry.Names;

/// <summary>A tag (OCI distribution specification, "Pulling manifests").</summary>
internal sealed partial record Tag
{
    private const char UpperCaseMark = '=';

    private Tag(string value) => Value = value;

    public string Value { get; }

    /// <summary>The name of the tag's file. Upper case is marked, because not every file system tells it from lower case.</summary>
    public string FileName
    {
        get
        {
            var name = new StringBuilder(Value.Length);
            foreach (var character in Value)
            {
                _ = char.IsAsciiLetterUpper(character)
                    ? name.Append(UpperCaseMark).Append(char.ToLowerInvariant(character))
                    : name.Append(character);
            }

            return name.ToString();
        }
    }

    public static bool TryParse(string? text, [NotNullWhen(true)] out Tag? tag)
    {
        tag = text is not null && Grammar().IsMatch(text) ? new Tag(text) : null;
        return tag is not null;
    }

    /// <summary>The tag whose <see cref="FileName"/> this is, or null where it is another file's name.</summary>
    public static Tag? FromFileName(string fileName)
    {
        var text = new StringBuilder(fileName.Length);
        for (var i = 0; i < fileName.Length; i++)
        {
            _ = fileName[i] == UpperCaseMark && i + 1 < fileName.Length
                ? text.Append(char.ToUpperInvariant(fileName[++i]))
                : text.Append(fileName[i]);
        }

        return TryParse(text.ToString(), out var tag) ? tag : null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();
}
