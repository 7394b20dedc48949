using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Signing;

/// <summary>Attaches what the index knows of an image to the registry, for the witnesses whose rules want it there.</summary>
internal sealed class AttachedSignatures(AttestationIndex index, CosignAttachment attachment, RecentlyAttached recent)
{
    /// <returns>Whether there was anything to attach.</returns>
    /// <exception cref="RegistryException">The registry would not take it.</exception>
    public async Task<bool> AttachAsync(
        ConfiguredRegistry registry, Image image, IReadOnlyList<RequestedSignature> requests, CancellationToken cancellationToken)
    {
        var wanted = requests.Where(request => request.Attach).Select(request => request.Witness).ToArray();
        if (wanted.Length == 0)
        {
            return false;
        }

        recent.Remember(image);
        var signatures = wanted.Select(witness => SignatureOf(image, witness)).OfType<AttachedSignature>().ToArray();
        if (signatures.Length == 0)
        {
            return false;
        }

        await attachment.AttachAsync(registry, image, AttachmentTag.Signatures, signatures, cancellationToken);
        return true;
    }

    private AttachedSignature? SignatureOf(Image image, Witness witness)
    {
        var standing = index.Find(image).StandingOf(witness);
        var current = index.Find(image).Attestations.LastOrDefault(attestation =>
            attestation.Witness == witness.Name && attestation.KeyFingerprint == witness.ActiveKey?.PublicKey.Fingerprint);
        if (standing.Standing != Standing.Attested || (current ?? standing.Attestation) is not { Signature.IsEmpty: false } attestation)
        {
            return null;
        }

        return new AttachedSignature
        {
            Payload = SimpleSigningPayload.Create(image, witness.Name),
            Signature = attestation.Signature,
            Witness = witness.Name,
            KeyFingerprint = attestation.KeyFingerprint,
            SignedAt = attestation.CreatedAt,
        };
    }
}
