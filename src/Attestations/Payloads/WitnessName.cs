using System.Text.RegularExpressions;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Payloads;

/// <summary>
/// The names that resources may have: a DNS-1123 subdomain as Kubernetes asks for, so that a name needs no escaping in JSON, in a
/// file name or in a label.
/// </summary>
public static partial class WitnessName
{
    /// <summary>What a valid name looks like, for error messages.</summary>
    public const string Expected = "lower-case letters, digits, '-' and '.', starting and ending with a letter or digit, at most 253 characters";

    /// <summary>Whether <paramref name="name"/> can be a resource's name.</summary>
    public static bool IsValid(string? name) => name is { Length: > 0 and <= 253 } && Pattern().IsMatch(name);

    internal static void ThrowIfInvalid(string? name)
    {
        if (!IsValid(name))
        {
            throw new ArgumentException($"'{Excerpt.Of(name)}' is not a witness's name: expected {Expected}", nameof(name));
        }
    }

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
