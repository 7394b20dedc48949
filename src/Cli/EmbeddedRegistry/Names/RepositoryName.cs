using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Kritis.Events.Cli.EmbeddedRegistry.Names;

/// <summary>
/// A repository's name, several parts separated by slashes (OCI distribution specification, "Pulling manifests").
/// The grammar leaves no part that is empty, <c>.</c>, <c>..</c> or that starts with <c>_</c>, so that a name is a safe path
/// and can never meet the folders beside it.
/// </summary>
internal sealed partial record RepositoryName
{
    private const int MostCharacters = 255;

    private RepositoryName(string value) => Value = value;

    public string Value { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out RepositoryName? name)
    {
        name = text is { Length: > 0 and <= MostCharacters } && Grammar().IsMatch(text) ? new RepositoryName(text) : null;
        return name is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Grammar();
}
