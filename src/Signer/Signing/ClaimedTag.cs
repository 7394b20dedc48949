using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Signing;

/// <summary>Tells from the index alone whose claim of a tag is missing.</summary>
internal static class ClaimedTag
{
    /// <summary>The signatures whose witness has attested the image and not yet claimed its tag; none where tags can be moved.</summary>
    public static IReadOnlyList<RequestedSignature> MissingFor(
        AttestationIndex index, ConfiguredRegistry registry, Image image, string? tag, IReadOnlyList<RequestedSignature> signatures) =>
        tag is not null && registry.HasImmutableTags(image.Repository)
            ? [.. signatures.Where(signature => AttestationOf(index, image, signature) is { } attestation && !IsClaimed(index, image, tag, attestation))]
            : [];

    /// <summary>What the witness's active key has attested, or null where it has not, or where the witness has taken its word back.</summary>
    public static IndexedAttestation? AttestationOf(AttestationIndex index, Image image, RequestedSignature signature)
    {
        var known = index.Find(image);
        return known.StandingOf(signature.Witness).Standing == Standing.Attested
            ? known.Attestations.FirstOrDefault(attestation => attestation.Witness == signature.Witness.Name
                && attestation.KeyFingerprint == signature.Witness.ActiveKey?.PublicKey.Fingerprint && !attestation.Signature.IsEmpty)
            : null;
    }

    public static bool IsClaimed(AttestationIndex index, Image image, string tag, IndexedAttestation attestation) => index
        .FindTag(image.Registry, image.Repository, tag)
        .Any(claim => claim == new TagClaim(image.Digest, attestation.Witness, attestation.KeyFingerprint));
}
