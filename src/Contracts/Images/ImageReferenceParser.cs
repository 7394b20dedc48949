using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Kritis.Events.Contracts.Images;

/// <summary>The grammar of distribution/reference, with the reason wherever it is not met.</summary>
internal static partial class ImageReferenceParser
{
    /// <summary>Of registry and repository together, with the slash between them.</summary>
    public const int MostNameCharacters = 255;

    private const int MostCharacters = 4096;
    private const string DefaultRegistry = "docker.io";

    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        problem = ProblemOfWhole(text);
        if (problem is not null)
        {
            return false;
        }

        var (name, tag, digestText) = Split(text!);
        Digest? digest = null;
        if (digestText is not null)
        {
            if (!Digest.TryParse(digestText, out var parsed))
            {
                problem = "the digest is not 'sha256:' and 64 lower-case hexadecimal digits";
                return false;
            }

            digest = parsed;
        }

        var (registry, repository) = Normalise(name);
        problem = ProblemOfParts(registry, repository, tag);
        if (problem is not null)
        {
            return false;
        }

        reference = new ImageReference { Original = text!, Registry = registry, Repository = repository, Tag = tag, Digest = digest };
        return true;
    }

    public static bool IsTag(string text) => Tag().IsMatch(text);

    private static string? ProblemOfWhole(string? text) => text switch
    {
        null or "" => "the image name is empty",
        { Length: > MostCharacters } => $"the image name has {text.Length} characters, more than {MostCharacters}",
        _ when BareDigest().IsMatch(text) => "64 hexadecimal digits are an image id, not an image name",
        _ => null,
    };

    private static (string Name, string? Tag, string? Digest) Split(string text)
    {
        string? digest = null;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            (text, digest) = (text[..at], text[(at + 1)..]);
        }

        var colon = text.LastIndexOf(':');
        return colon > text.LastIndexOf('/') ? (text[..colon], text[(colon + 1)..], digest) : (text, null, digest);
    }

    private static (string Registry, string Repository) Normalise(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var isHost = first.AsSpan().ContainsAny('.', ':') || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        var (registry, repository) = isHost ? (LowerCase(first), name[(slash + 1)..]) : (DefaultRegistry, name);
        if (registry == "index.docker.io")
        {
            registry = DefaultRegistry;
        }

        return registry == DefaultRegistry && !repository.Contains('/', StringComparison.Ordinal)
            ? (registry, "library/" + repository)
            : (registry, repository);
    }

    /// <summary>Leaves a host that is not ASCII as it is, to be refused: the Kelvin sign's lower case would be an ordinary k.</summary>
    private static string LowerCase(string host) => Ascii.IsValid(host) ? host.ToLowerInvariant() : host;

    private static string? ProblemOfParts(string registry, string repository, string? tag)
    {
        if (!Host().IsMatch(registry))
        {
            return "the registry is not a host name with an optional port";
        }

        if (registry != "localhost" && !registry.AsSpan().ContainsAny('.', ':'))
        {
            return "a registry without '.' and port, told only by its upper case, cannot be written in lower case: name it in full";
        }

        if (repository.Any(char.IsAsciiLetterUpper))
        {
            return "the repository has upper-case letters";
        }

        if (!Path().IsMatch(repository))
        {
            return "the repository is not lower-case letters and digits separated by '.', '_', '__', '-' and '/'";
        }

        if (registry.Length + 1 + repository.Length > MostNameCharacters)
        {
            return $"registry and repository together have more than {MostNameCharacters} characters";
        }

        return tag is null || Tag().IsMatch(tag)
            ? null
            : "the tag is not a letter, digit or '_' and up to 127 letters, digits, '_', '.' and '-'";
    }

    [GeneratedRegex(@"\A[a-f0-9]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex BareDigest();

    [GeneratedRegex(@"\A(?:(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])(?:\.(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9]))*|\[[a-f0-9:]+\])(?::[0-9]{1,5})?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Host();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Path();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
