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

        var matching = Covering(resources, registry, image.Repository).Where(rule => CoversTag(rule, tag)).ToLookup(rule => rule.Mode);
        return new RuleMatch
        {
            Automatic = Requests(resources, matching[SigningMode.Automatic]),
            Manual = [.. matching[SigningMode.Manual]],
        };
    }

    /// <summary>
    /// The signatures that may be made of <paramref name="image"/> where a person asks for them: those of every rule that covers its
    /// repository, whatever the rule's mode and tags.
    /// </summary>
    public static IReadOnlyList<RequestedSignature> Requestable(ResourceSet resources, Image image) =>
        resources.RegistryOf(image.Registry) is { } registry && registry.Host == image.Registry
            // The person asks for them, and no tag does.
            ? [.. Requests(resources, Covering(resources, registry, image.Repository)).Select(request => request with { DependsOnTag = false })]
            : [];

    /// <summary>Whether a rule covers <paramref name="repository"/> of <paramref name="registry"/>, whatever its mode and for whichever tags.</summary>
    public static bool Covers(ResourceSet resources, ConfiguredRegistry registry, string repository) => Covering(resources, registry, repository).Any();

    private static IOrderedEnumerable<SigningRule> Covering(ResourceSet resources, ConfiguredRegistry registry, string repository) => resources.Rules
        .Where(rule => rule.Registry == registry.Name && CoversRepository(rule, repository))
        .OrderBy(rule => rule.Name, StringComparer.Ordinal);

    private static IReadOnlyList<RequestedSignature> Requests(ResourceSet resources, IEnumerable<SigningRule> rules) =>
    [
        .. rules.GroupBy(rule => rule.Witness)
            .OrderBy(ofWitness => ofWitness.Key, StringComparer.Ordinal)
            .Select(ofWitness => Request(resources.Witnesses[ofWitness.Key], [.. ofWitness])),
    ];

    private static RequestedSignature Request(Witness witness, IReadOnlyList<SigningRule> rules) => new()
    {
        Witness = witness,
        Rules = [.. rules.Select(rule => rule.Name)],
        Attach = rules.Any(rule => rule.Attach),
        DependsOnTag = !rules.Any(CoversEveryTag),
    };

    private static bool CoversRepository(SigningRule rule, string repository)
    {
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        var (first, rest) = slash < 0 ? ("", repository) : (repository[..slash], repository[(slash + 1)..]);
        return GlobPattern.Parse(rule.Namespace).IsMatch(first) && rule.Repositories.Any(pattern => GlobPattern.Parse(pattern).IsMatch(rest));
    }

    private static bool CoversEveryTag(SigningRule rule) => rule.Tags.Any(tag => GlobPattern.Parse(tag).IsEverything);

    private static bool CoversTag(SigningRule rule, string? tag) => rule.Tags
        .Select(GlobPattern.Parse)
        .Any(pattern => tag is null ? pattern.IsEverything : pattern.IsMatch(tag));
}
