using System.Collections.Concurrent;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Signer.Restoring;

/// <summary>
/// Attaches revocations to the registry, so that a log that is lost does not take them along. What was found attached once is not looked for again.
/// </summary>
internal sealed class AttachedRevocations(AttestationIndex index, CosignAttachment attachment)
{
    private readonly ConcurrentDictionary<string, byte> _attached = new();

    /// <summary>The images of a registry that a witness has revoked, by repository.</summary>
    public ILookup<string, Image> RevokedIn(ConfiguredRegistry registry) => index
        .Where(known => known.Revocations.Any(revocation => !revocation.Signature.IsEmpty))
        .Select(found => found.Image)
        .Where(image => image.Registry == registry.Host)
        .ToLookup(image => image.Repository);

    /// <summary>Whether every revocation of <paramref name="image"/> was seen attached.</summary>
    public bool WereSeen(Image image) => index.Find(image).Revocations.All(revocation => revocation.Signature.IsEmpty || _attached.ContainsKey(revocation.Id));

    /// <summary>Attaches every revocation of <paramref name="image"/> that the log holds.</summary>
    /// <exception cref="RegistryException">The registry would not take them.</exception>
    public async Task AttachAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var revocations = index.Find(image).Revocations.Where(revocation => !revocation.Signature.IsEmpty).ToArray();
        if (revocations.Length == 0)
        {
            return;
        }

        await attachment.AttachAsync(registry, image, AttachmentTag.Revocations, [.. revocations.Select(revocation => Attached(image, revocation))], cancellationToken);
        foreach (var revocation in revocations)
        {
            _attached[revocation.Id] = 0;
        }
    }

    private static AttachedSignature Attached(Image image, IndexedRevocation revocation) => new()
    {
        Payload = RevocationPayload.Create(image, revocation.Witness, revocation.Reason),
        Signature = revocation.Signature,
        Witness = revocation.Witness,
        KeyFingerprint = revocation.KeyFingerprint,
        SignedAt = revocation.RevokedAt,
    };
}
