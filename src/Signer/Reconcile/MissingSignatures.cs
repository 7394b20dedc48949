using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Rules;
using Kritis.Events.Signer.Signing;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>Tells from the index alone which witnesses' word an image lacks.</summary>
internal static class MissingSignatures
{
    /// <summary>
    /// The witnesses that automatic rules ask for and whose word does not stand. A retired key's counts on; a witness without an active key can give none.
    /// What a witness took back it does not give again by itself, even where the key that took it back is believed no more.
    /// </summary>
    public static IEnumerable<string> Of(ResourceSet resources, AttestationIndex index, Image image, string tag) => SigningRules
        .Match(resources, image, tag).Automatic
        .Select(request => request.Witness)
        .Where(witness => witness.ActiveKey is not null && index.Find(image) is var known
            && known.StandingOf(witness).Standing != Standing.Attested && known.Revocations.All(revocation => revocation.Witness != witness.Name))
        .Select(witness => witness.Name);

    /// <summary>The witnesses that have attested the image and not yet claimed its tag, each with the tag; none where tags can be moved.</summary>
    public static IEnumerable<string> ClaimsOf(ResourceSet resources, AttestationIndex index, ConfiguredRegistry registry, Image image, string tag) => ClaimedTag
        .MissingFor(index, registry, image, tag, SigningRules.Match(resources, image, tag).Automatic)
        .Select(signature => $"{signature.Witness.Name}:{tag}");
}
