using System.Diagnostics.CodeAnalysis;

namespace Kritis.Events.Attestations.Resources;

/// <summary>
/// A pattern over a whole text: <c>*</c> stands for any run of any characters, also none and also <c>/</c>; every other character
/// stands for itself, upper and lower case apart. The empty pattern matches the empty text only.
/// </summary>
public sealed class GlobPattern
{
    /// <summary>The most characters a pattern may have.</summary>
    public const int MostCharacters = 500;

    private const char Any = '*';
    private readonly string _text;

    private GlobPattern(string text) => _text = text;

    /// <summary>Whether the pattern is <c>*</c>, which everything matches, also what has no text at all.</summary>
    public bool IsEverything => _text is "*";

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern, at most <see cref="MostCharacters"/> characters.</param>
    /// <param name="pattern">The pattern, where the text is one.</param>
    /// <param name="problem">What is wrong with it otherwise: a clause for an error message, without a full stop.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out GlobPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        problem = text switch
        {
            null => "a pattern is missing",
            { Length: > MostCharacters } => $"the pattern has {text.Length} characters, more than {MostCharacters}",
            _ when text.Any(char.IsControl) => "the pattern has a control character",
            _ => null,
        };
        if (problem is not null)
        {
            return false;
        }

        pattern = new GlobPattern(text!);
        return true;
    }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">The text is no pattern; the message says why.</exception>
    public static GlobPattern Parse(string text) =>
        TryParse(text, out var pattern, out var problem) ? pattern : throw new FormatException(problem);

    /// <summary>
    /// Whether the pattern matches the whole of <paramref name="text"/>. The pieces between the stars are sought once, from left to
    /// right, and never again, so that no text makes it slow.
    /// </summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> pattern = _text;
        var star = pattern.IndexOf(Any);
        if (star < 0)
        {
            return text.SequenceEqual(pattern);
        }

        var lastStar = pattern.LastIndexOf(Any);
        var head = pattern[..star];
        var tail = pattern[(lastStar + 1)..];
        if (text.Length < head.Length + tail.Length || !text.StartsWith(head) || !text.EndsWith(tail))
        {
            return false;
        }

        return HoldsInOrder(text[head.Length..^tail.Length], pattern[star..lastStar]);
    }

    /// <summary>The pattern as it was written.</summary>
    public override string ToString() => _text;

    private static bool HoldsInOrder(ReadOnlySpan<char> text, ReadOnlySpan<char> pieces)
    {
        foreach (var range in pieces.Split(Any))
        {
            var piece = pieces[range];
            var at = text.IndexOf(piece);
            if (at < 0)
            {
                return false;
            }

            text = text[(at + piece.Length)..];
        }

        return true;
    }
}
