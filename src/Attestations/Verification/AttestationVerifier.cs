using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Attestations.Verification;

/// <summary>
/// Decides whether a message from the bus is a witness's word. It believes the signed bytes only, and the keys that are pinned in
/// the resources only: whoever can write to the bus or to a registry gains nothing.
/// A key's state is no matter here; it is asked at each admission, so that a retirement needs no second look at the log.
/// </summary>
public static class AttestationVerifier
{
    /// <summary>Checks an attestation.</summary>
    public static Verdict Verify(AttestationCreated attestation, ResourceSet resources)
    {
        ArgumentNullException.ThrowIfNull(attestation);
        ArgumentNullException.ThrowIfNull(resources);
        return SimpleSigningPayload.TryRead(attestation.Payload.Span, out var claim, out var problem)
            ? Verify(SignedMessage.Of(attestation), claim!, resources)
            : Verdict.Failed(AttestationCheck.PayloadReadable, problem!);
    }

    /// <summary>
    /// Makes every check of an attestation but the last and most expensive one, that of its signature: where nothing fails here it still may be forged.
    /// </summary>
    /// <param name="attestation">The attestation.</param>
    /// <param name="resources">The pinned keys.</param>
    /// <returns>What failed; null where only the signature is left.</returns>
    internal static Verdict? FailureBeforeSignature(AttestationCreated attestation, ResourceSet resources)
    {
        // A start makes these checks for each record (cold-start watches them): what is as it should be is compared, and only the rest is read.
        if (SimpleSigningPayload.Is(attestation.Payload.Span, attestation.Image, attestation.Witness))
        {
            return FailureBeforeSignature(SignedMessage.Of(attestation), new PayloadClaim(attestation.Image, attestation.Witness), resources, out _);
        }

        return SimpleSigningPayload.TryRead(attestation.Payload.Span, out var claim, out var problem)
            ? FailureBeforeSignature(SignedMessage.Of(attestation), claim!, resources, out _)
            : Verdict.Failed(AttestationCheck.PayloadReadable, problem!);
    }

    /// <summary>
    /// Checks the claim of a tag that came with an attestation, as strictly and in the same order. It says nothing of the attestation itself, and
    /// counts only beside one that does.
    /// </summary>
    /// <param name="attestation">The attestation.</param>
    /// <param name="claim">The claim that came with it.</param>
    /// <param name="resources">The pinned keys.</param>
    public static Verdict VerifyTag(AttestationCreated attestation, SignedTagClaim claim, ResourceSet resources)
    {
        ArgumentNullException.ThrowIfNull(attestation);
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(resources);
        return TagPayload.TryRead(claim.Payload.Span, out var said, out var tag, out var problem)
            ? Verify(SignedMessage.Of(attestation, claim), said!, resources).WithTag(tag!)
            : Verdict.Failed(AttestationCheck.PayloadReadable, problem!);
    }

    /// <summary>Checks a revocation.</summary>
    public static Verdict Verify(AttestationRevoked revocation, ResourceSet resources)
    {
        ArgumentNullException.ThrowIfNull(revocation);
        ArgumentNullException.ThrowIfNull(resources);
        if (!RevocationPayload.TryRead(revocation.Payload.Span, out var claim, out var reason, out var problem))
        {
            return Verdict.Failed(AttestationCheck.PayloadReadable, problem!);
        }

        return reason == revocation.Reason
            ? Verify(SignedMessage.Of(revocation), claim!, resources).WithReason(reason!)
            : Verdict.Failed(AttestationCheck.FieldsMatchPayload, "the message gives another reason than its signed payload");
    }

    private static Verdict Verify(SignedMessage message, PayloadClaim claim, ResourceSet resources)
    {
        if (FailureBeforeSignature(message, claim, resources, out var key) is { } failure)
        {
            return failure;
        }

        return key!.PublicKey.Verify(message.Payload.Span, message.Signature.Span)
            ? Verdict.Valid(claim.Image, claim.Witness, key.PublicKey.Fingerprint)
            : Verdict.Failed(AttestationCheck.SignatureValid, $"the signature is not that of key {key.DisplayName} over this payload");
    }

    private static Verdict? FailureBeforeSignature(SignedMessage message, PayloadClaim claim, ResourceSet resources, out WitnessKey? key)
    {
        key = null;
        if (ContradictionIn(message, claim) is { } contradiction)
        {
            return Verdict.Failed(AttestationCheck.FieldsMatchPayload, contradiction);
        }

        var witnesses = resources.WitnessesNamed(claim.Witness);
        if (witnesses.Count == 0)
        {
            return Verdict.Failed(AttestationCheck.WitnessConfigured, $"no witness '{claim.Witness}' is configured here");
        }

        key = PinnedKey(witnesses, message);
        if (key is null)
        {
            return Verdict.Failed(AttestationCheck.KeyPinned, $"key {message.KeyFingerprint} is not pinned for witness '{claim.Witness}'");
        }

        return key.PublicKey.Algorithm.Name() == message.Algorithm
            ? null
            : Verdict.Failed(AttestationCheck.AlgorithmMatches,
                $"it names {Excerpt.Of(message.Algorithm)}, but the key is pinned with {key.PublicKey.Algorithm.Name()}");
    }

    /// <summary>Where two namespaces pin one key for different algorithms, neither keeps the other's word from counting.</summary>
    private static WitnessKey? PinnedKey(IReadOnlyList<Witness> witnesses, SignedMessage message)
    {
        WitnessKey? pinned = null;
        foreach (var witness in witnesses)
        {
            foreach (var key in witness.Keys)
            {
                if (key.PublicKey.Fingerprint != message.KeyFingerprint)
                {
                    continue;
                }

                if (key.PublicKey.Algorithm.Name() == message.Algorithm)
                {
                    return key;
                }

                pinned ??= key;
            }
        }

        return pinned;
    }

    private static string? ContradictionIn(SignedMessage message, PayloadClaim claim)
    {
        if (message.Image != claim.Image)
        {
            return $"the message is about {message.Image}, its signed payload about {claim.Image}";
        }

        if (message.Witness != claim.Witness)
        {
            return $"the message names witness '{Excerpt.Of(message.Witness)}', its signed payload '{claim.Witness}'";
        }

        return message.Id is null || message.Id == AttestationId.Of(message.KeyFingerprint, message.Payload.Span)
            ? null
            : "the message's id is not that of its payload and key";
    }

    /// <summary>What stands in each kind of signed message. The claim of a tag has no id of its own: null.</summary>
    private readonly record struct SignedMessage(
        string? Id, Image Image, string Witness, Digest KeyFingerprint, string Algorithm, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Signature)
    {
        public static SignedMessage Of(AttestationCreated created) => new(
            created.Id, created.Image, created.Witness, created.KeyFingerprint, created.Algorithm, created.Payload, created.Signature);

        public static SignedMessage Of(AttestationCreated created, SignedTagClaim claim) => new(
            null, created.Image, created.Witness, created.KeyFingerprint, created.Algorithm, claim.Payload, claim.Signature);

        public static SignedMessage Of(AttestationRevoked revoked) => new(
            revoked.Id, revoked.Image, revoked.Witness, revoked.KeyFingerprint, revoked.Algorithm, revoked.Payload, revoked.Signature);
    }
}
