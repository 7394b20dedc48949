using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Intake.Acr;

/// <summary>Reads the names in events of Container Registry.</summary>
internal static class AcrNames
{
    private const int MostIdCharacters = 200;
    private const int MostNameCharacters = 64;
    private const string AnyHost = "a:1/";

    /// <summary>An id: visible ASCII, not too long.</summary>
    public static string? Id(JsonMember member) => member.Text() is not { } id ? null
        : id.Length <= MostIdCharacters && id.All(character => character is > ' ' and <= '~')
            ? id
            : throw member.Malformed($"is no id: expected at most {MostIdCharacters} visible ASCII characters");

    /// <summary>A region's or an instance's name.</summary>
    public static string CloudName(JsonMember member)
    {
        var name = member.RequiredText();
        return name.Length <= MostNameCharacters && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
            ? name
            : throw member.Malformed($"is no id of Alibaba Cloud: '{Excerpt.Of(name)}'");
    }

    /// <summary>
    /// Namespace and name as a repository's path. Capitals are let through, for the documentation's own example has one; no image can have such a name, and
    /// whoever takes the push ignores it.
    /// </summary>
    public static string Repository(JsonMember inNamespace, JsonMember name)
    {
        var first = inNamespace.RequiredText();
        var path = $"{first}/{name.RequiredText()}";
        var isLawful = !first.Contains('/', StringComparison.Ordinal)
            && ImageReference.TryParse(AnyHost + path.ToLowerInvariant(), out var reference, out _) && reference.Repository.Length == path.Length;
        return isLawful ? path : throw name.Malformed($"and its namespace make no repository: '{Excerpt.Of(path)}'");
    }

    /// <summary>A tag.</summary>
    public static string? Tag(JsonMember member)
    {
        var tag = member.Text();
        var isLawful = tag is null || (ImageReference.TryParse($"{AnyHost}a:{tag}", out var reference, out _) && reference.Tag == tag);
        return isLawful ? tag : throw member.Malformed($"is no tag: '{Excerpt.Of(tag)}'");
    }

    /// <summary>A digest.</summary>
    public static Digest? Digest(JsonMember member) => member.Text() is not { } text ? null
        : Contracts.Images.Digest.TryParse(text, out var digest)
            ? digest
            : throw member.Malformed($"'{Excerpt.Of(text)}' is not 'sha256:' and 64 lower-case hexadecimal digits");
}
