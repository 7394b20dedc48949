using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Kritis.Events.Signer.Registry;

/// <summary>What a registry asks for in <c>WWW-Authenticate</c> (RFC 9110, section 11.6.1; distribution token authentication).</summary>
internal sealed partial record AuthenticationChallenge(string Scheme, string? Realm, string? Service, string? Scope)
{
    private const int MostCharacters = 4096;

    public static AuthenticationChallenge? Of(HttpResponseHeaders headers)
    {
        foreach (var header in headers.WwwAuthenticate)
        {
            if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && header.Parameter is { Length: <= MostCharacters } text)
            {
                var parameters = Parameter().Matches(text)
                    .GroupBy(match => match.Groups["name"].Value.ToLowerInvariant())
                    .ToDictionary(group => group.Key, group => group.First().Groups["value"].Value);
                return new AuthenticationChallenge(
                    "Bearer", parameters.GetValueOrDefault("realm"), parameters.GetValueOrDefault("service"), parameters.GetValueOrDefault("scope"));
            }

            if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            {
                return new AuthenticationChallenge("Basic", null, null, null);
            }
        }

        return null;
    }

    [GeneratedRegex("""(?<name>[A-Za-z_]+)="(?<value>[^"\\]*)" """, RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Parameter();
}
