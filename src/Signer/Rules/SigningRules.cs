using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Rules;

/// <summary>Finds the signing rules that a pushed image falls under.</summary>
internal static class SigningRules
{
    /// <summary>What the rules of <paramref name="resources"/> say about <paramref name="image"/>.</summary>
    /// <param name="resources">The rules with their registries and witnesses.</param>
    /// <param name="image">The image under the name that is signed. Under an alias of its registry it matches no rule: an alias is never signed.</param>
    /// <param name="tag">The tag it was pushed under, or null.</param>
    public static RuleMatch Match(ResourceSet resources, Image image, string? tag)
    {
        if (resources.RegistryOf(image.Registry) is not { } registry || registry.Host != image.Registry)
        {
            return RuleMatch.None;
        }

        var matching = resources.Rules
            .Where(rule => rule.Registry == registry.Name && CoversRepository(rule, image.Repository) && CoversTag(rule, tag))
            .OrderBy(rule => rule.Name, StringComparer.Ordinal)
            .ToLookup(rule => rule.Mode);
        return new RuleMatch
        {
            Automatic = [.. matching[SigningMode.Automatic]
                .GroupBy(rule => rule.Witness)
                .OrderBy(rules => rules.Key, StringComparer.Ordinal)
                .Select(rules => Request(resources.Witnesses[rules.Key], [.. rules]))],
            Manual = [.. matching[SigningMode.Manual]],
        };
    }

    private static RequestedSignature Request(Witness witness, IReadOnlyList<SigningRule> rules) => new()
    {
        Witness = witness,
        Rules = [.. rules.Select(rule => rule.Name)],
        Attach = rules.Any(rule => rule.Attach),
    };

    private static bool CoversRepository(SigningRule rule, string repository)
    {
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        var (first, rest) = slash < 0 ? ("", repository) : (repository[..slash], repository[(slash + 1)..]);
        return GlobPattern.Parse(rule.Namespace).IsMatch(first) && rule.Repositories.Any(pattern => GlobPattern.Parse(pattern).IsMatch(rest));
    }

    private static bool CoversTag(SigningRule rule, string? tag) => rule.Tags
        .Select(GlobPattern.Parse)
        .Any(pattern => tag is null ? pattern.IsEverything : pattern.IsMatch(tag));
}
