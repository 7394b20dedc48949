using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Signer.Restoring;

/// <summary>What the index remembers, as it can be appended to a log. What a key signed that is pinned no more is left out: it counts nowhere.</summary>
internal sealed class RememberedStatements(IResourceSource resources)
{
    /// <summary>The revocations, in an order of its own each time.</summary>
    public IReadOnlyList<RememberedStatement> Revocations(AttestationIndex index) => Shuffled(
        from found in index.Where(_ => true)
        from revocation in found.Known.Revocations
        where !revocation.Signature.IsEmpty
        let key = KeyOf(revocation.Witness, revocation.KeyFingerprint)
        where key is not null
        select new RememberedStatement(revocation.Id, (log, cancelled) => log.AppendAsync(Message(found.Image, revocation, key), cancelled)));

    /// <summary>The attestations, in an order of its own each time. Claims of tags are not remembered.</summary>
    public IReadOnlyList<RememberedStatement> Attestations(AttestationIndex index) => Shuffled(
        from found in index.Where(_ => true)
        from attestation in found.Known.Attestations
        where !attestation.Signature.IsEmpty
        let key = KeyOf(attestation.Witness, attestation.KeyFingerprint)
        where key is not null
        select new RememberedStatement(attestation.IdFor(found.Image), (log, cancelled) => log.AppendAsync(Message(found.Image, attestation, key), cancelled)));

    private static RememberedStatement[] Shuffled(IEnumerable<RememberedStatement> statements)
    {
        RememberedStatement[] all = [.. statements];
        Random.Shared.Shuffle(all);
        return all;
    }

    private WitnessKey? KeyOf(string witness, Digest fingerprint) => resources.Current.WitnessesNamed(witness)
        .SelectMany(named => named.Keys)
        .FirstOrDefault(key => key.PublicKey.Fingerprint == fingerprint);

    private static AttestationRevoked Message(Image image, IndexedRevocation revocation, WitnessKey key) => new()
    {
        Id = revocation.Id,
        Image = image,
        Witness = revocation.Witness,
        Reason = revocation.Reason,
        KeyFingerprint = revocation.KeyFingerprint,
        Algorithm = key.PublicKey.Algorithm.Name(),
        Payload = RevocationPayload.Create(image, revocation.Witness, revocation.Reason),
        Signature = revocation.Signature,
        RevokedAt = revocation.RevokedAt,
    };

    /// <summary>An attestation as it stood in the log, but for the rule that asked for it, which the index does not keep.</summary>
    public static AttestationCreated Message(Image image, IndexedAttestation attestation, WitnessKey key) => new()
    {
        Id = attestation.IdFor(image),
        Image = image,
        Witness = attestation.Witness,
        KeyFingerprint = attestation.KeyFingerprint,
        KeyId = key.KeyId,
        KeyVersionId = key.KeyVersionId,
        Algorithm = key.PublicKey.Algorithm.Name(),
        Payload = SimpleSigningPayload.Create(image, attestation.Witness),
        Signature = attestation.Signature,
        Tag = attestation.Tag,
        EventId = attestation.EventId,
        CreatedAt = attestation.CreatedAt,
    };
}

/// <summary>Something that was signed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="AppendAsync">Appends it.</param>
internal sealed record RememberedStatement(string Id, Func<IAttestationLog, CancellationToken, Task> AppendAsync);
