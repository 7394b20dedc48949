using System.Text;
using System.Text.RegularExpressions;

namespace Kritis.Events.Verifier.Policies;

/// <summary>
/// A pattern of references that need no attestation, with the meaning of kritis-validation-hook's <c>namePattern</c>: without <c>*</c> an
/// exact match; a <c>*</c> at the end matches everything but <c>/</c>; a <c>*</c> elsewhere matches letters, digits, <c>-</c> and
/// <c>_</c>. It is always held against the whole, normalised reference: <c>registry/repository[:tag][@digest]</c>.
/// </summary>
internal sealed class ExemptPattern
{
    private const string DefaultRegistry = "docker.io";
    private const string InnerStar = "[A-Za-z0-9_-]*";
    private const string LastStar = "[^/]*";
    private readonly Regex _whole;

    private ExemptPattern(string text)
    {
        Text = text;
        _whole = new Regex(Translate(text), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    /// <summary>The pattern, normalised.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern and normalises it as an image name is: one without a host lies in <c>docker.io</c>.</summary>
    public static ExemptPattern Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : text[..slash];
        var isHost = first.AsSpan().ContainsAny(".:*") || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        var (host, rest) = isHost ? (first.ToLowerInvariant(), text[(slash + 1)..]) : (DefaultRegistry, text);
        host = host == "index.docker.io" ? DefaultRegistry : host;
        var library = host == DefaultRegistry && !rest.Contains('/', StringComparison.Ordinal) ? "library/" : "";
        return new ExemptPattern($"{host}/{library}{rest}");
    }

    public bool IsMatch(ReadOnlySpan<char> reference) => _whole.IsMatch(reference);

    private static string Translate(string text)
    {
        var expression = new StringBuilder(@"\A");
        for (var position = 0; position < text.Length; position++)
        {
            _ = (text[position], position == text.Length - 1) switch
            {
                ('*', true) => expression.Append(LastStar),
                ('*', false) => expression.Append(InnerStar),
                (var character, _) => expression.Append(Regex.Escape(character.ToString())),
            };
        }

        return expression.Append(@"\z").ToString();
    }
}
