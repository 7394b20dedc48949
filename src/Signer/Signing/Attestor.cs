using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Signing;

/// <summary>Makes one attestation: one image, one witness's active key. One that the index holds is not made again.</summary>
internal sealed partial class Attestor(
    AttestationIndex index, SignedAppends appends, WitnessSignatures signatures, SigningMetrics metrics, TimeProvider time, ILogger<Attestor> logger)
{
    /// <returns>Whether a new attestation was made; false where there was one, or the witness has taken its word back.</returns>
    public async Task<AttestationOutcome> AttestAsync(
        Image image, RequestedSignature request, string? tag, string? eventId, CancellationToken cancellationToken)
    {
        var key = request.Witness.ActiveKey
            ?? throw new KeyManagementException("NoActiveKey", $"witness '{request.Witness.Name}' has no active key", transient: false);
        if (index.Find(image).StandingOf(request.Witness).Standing == Standing.Revoked)
        {
            return AttestationOutcome.Revoked;
        }

        var payload = SimpleSigningPayload.Create(image, request.Witness.Name);
        var id = AttestationId.Of(key.PublicKey.Fingerprint, payload);
        var made = await appends.AppendAsync(new SignedAppend
        {
            Id = id,
            IsKnown = () => index.Find(image).IsAttestedBy(request.Witness.Name, key.PublicKey.Fingerprint),
            SignAsync = cancelled => SignAsync(new Unsigned(id, image, request, key, payload, tag, eventId), cancelled),
            Appended = (created, elapsed) => Tell(created, key, elapsed),
        }, cancellationToken);
        return made ? AttestationOutcome.Created : AttestationOutcome.AlreadyAttested;
    }

    private async Task<AttestationCreated> SignAsync(Unsigned attestation, CancellationToken cancellationToken)
    {
        var (key, witness) = (attestation.Key, attestation.Request.Witness.Name);
        return new AttestationCreated
        {
            Id = attestation.Id,
            Image = attestation.Image,
            Witness = witness,
            KeyFingerprint = key.PublicKey.Fingerprint,
            KeyId = key.KeyId,
            KeyVersionId = key.KeyVersionId,
            Algorithm = key.PublicKey.Algorithm.Name(),
            Payload = attestation.Payload,
            Signature = await signatures.SignAsync(attestation.Payload, attestation.Image, witness, key, cancellationToken),
            Rule = attestation.Request.Rule,
            Tag = attestation.Tag,
            EventId = attestation.EventId,
            CreatedAt = time.GetUtcNow(),
        };
    }

    private void Tell(AttestationCreated created, WitnessKey key, TimeSpan elapsed)
    {
        metrics.Attested(created.Witness, elapsed);
        Log.Attested(logger, created.Image, created.Witness, key.DisplayName, created.Rule, elapsed.TotalMilliseconds);
    }

    private sealed record Unsigned(
        string Id, Image Image, RequestedSignature Request, WitnessKey Key, byte[] Payload, string? Tag, string? EventId);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information,
            Message = "Attested {Image} as {Witness} with {Key} by rule {Rule} in {Milliseconds:0.0} ms.")]
        public static partial void Attested(ILogger logger, Image image, string witness, string key, string? rule, double milliseconds);
    }
}

/// <summary>What came of asking for one attestation.</summary>
internal enum AttestationOutcome
{
    /// <summary>It was made now.</summary>
    Created,

    /// <summary>This key version had made it before.</summary>
    AlreadyAttested,

    /// <summary>The witness has taken its word for this image back; it does not give it again.</summary>
    Revoked,
}
