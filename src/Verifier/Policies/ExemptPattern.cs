namespace Kritis.Events.Verifier.Policies;

/// <summary>
/// A pattern of references that need no attestation, with the meaning of kritis-validation-hook's <c>namePattern</c>: without <c>*</c> an
/// exact match; a <c>*</c> at the end matches everything but <c>/</c>; a <c>*</c> elsewhere matches letters, digits, <c>-</c> and
/// <c>_</c>. It is always held against the whole, normalised reference.
/// </summary>
internal sealed class ExemptPattern
{
    private const string DefaultRegistry = "docker.io";
    private readonly string _text;

    private ExemptPattern(string text) => _text = text;

    /// <summary>Reads a pattern. One without a host lies in <c>docker.io</c>, as an image name does.</summary>
    public static ExemptPattern Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : text[..slash];
        if (first.AsSpan().ContainsAny('.', ':', '*') || first == "localhost")
        {
            return new ExemptPattern(text);
        }

        return new ExemptPattern(slash < 0 ? $"{DefaultRegistry}/library/{text}" : $"{DefaultRegistry}/{text}");
    }

    public bool IsMatch(string reference) => IsMatch(_text, reference);

    /// <summary>The pattern's states are its positions; all that can be reached are carried along, so that the work is bounded by both lengths.</summary>
    private static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var reached = new bool[pattern.Length + 1];
        var next = new bool[pattern.Length + 1];
        reached[0] = true;
        PassStars(pattern, reached);
        foreach (var character in text)
        {
            Array.Clear(next);
            for (var position = 0; position < pattern.Length; position++)
            {
                if (!reached[position])
                {
                    continue;
                }

                if (pattern[position] == '*' ? StarTakes(pattern, position, character) : pattern[position] == character)
                {
                    next[pattern[position] == '*' ? position : position + 1] = true;
                }
            }

            PassStars(pattern, next);
            (reached, next) = (next, reached);
        }

        return reached[pattern.Length];
    }

    private static bool StarTakes(ReadOnlySpan<char> pattern, int position, char character) =>
        position == pattern.Length - 1 ? character != '/' : char.IsAsciiLetterOrDigit(character) || character is '-' or '_';

    private static void PassStars(ReadOnlySpan<char> pattern, bool[] reached)
    {
        for (var position = 0; position < pattern.Length; position++)
        {
            if (reached[position] && pattern[position] == '*')
            {
                reached[position + 1] = true;
            }
        }
    }
}
