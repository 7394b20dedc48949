using System.Net;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>What names, hosts and patterns must look like; each answers what is wrong, or null.</summary>
internal static class Names
{
    public static string? ProblemOfName(string name) => WitnessName.IsValid(name) ? null : $"expected {WitnessName.Expected}";

    public static string? ProblemOfPattern(string pattern) => GlobPattern.TryParse(pattern, out _, out var problem) ? null : problem;

    public static string? ProblemOfExemption(string pattern) => pattern.Any(character => char.IsWhiteSpace(character) || char.IsControl(character))
        ? "expected a pattern without white space"
        : ProblemOfPattern(pattern);

    public static string? ProblemOfHost(string host)
    {
        // The grammar of image references decides what a host is, so that a registry and an image that names it always agree.
        var isHost = ImageReference.TryParse($"{host}/a", out var reference, out _)
            && reference.Repository == "a" && reference.Registry.Equals(host, StringComparison.OrdinalIgnoreCase);

        // That grammar lets pass what no connection can be made to: port 75000, the address [a:b].
        return isHost && Uri.TryCreate($"https://{host}", UriKind.Absolute, out _)
            ? null
            : "expected a host name with a dot, a port or 'localhost', for example registry.example.com or 127.0.0.1:5000";
    }

    public static string? ProblemOfNamespace(string name) =>
        name.Length <= 63 && name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-')
            ? null
            : "expected a namespace's name: at most 63 lower-case letters, digits and '-'";

    // Regions and instance ids become parts of host names and of signed requests.
    public static string? ProblemOfCloudName(string name) =>
        name.Length <= 64 && name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-') && name[0] != '-' && name[^1] != '-'
            ? null
            : "expected at most 64 lower-case letters, digits and '-', for example cn-hongkong";

    public static bool IsLoopback(string host)
    {
        var name = host.StartsWith('[') ? host[..(host.IndexOf(']', StringComparison.Ordinal) + 1)] : host.Split(':')[0];
        return name == "localhost" || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }
}
