using System.Security.Cryptography;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.Signer.Signing;

/// <summary>Takes a witness's word for an image back: signed by the witness's active key, so that nobody else can.</summary>
internal sealed class Revocation(KeyManagements keyManagements, IAttestationLog log, IndexWriter writer, TimeProvider time)
{
    /// <exception cref="KeyManagementException">The witness has no active key, or its key cannot sign.</exception>
    /// <exception cref="AttestationLogException">The log cannot be reached; revoking again is harmless.</exception>
    public async Task<AttestationRevoked> RevokeAsync(Image image, Witness witness, string reason, CancellationToken cancellationToken)
    {
        var key = witness.ActiveKey
            ?? throw new KeyManagementException("NoActiveKey", $"witness '{witness.Name}' has no active key to revoke with", transient: false);
        var payload = RevocationPayload.Create(image, witness.Name, reason);
        var signature = await keyManagements.Of(key).SignAsync(key, SHA256.HashData(payload), cancellationToken);
        var revoked = new AttestationRevoked
        {
            Id = AttestationId.Of(key.PublicKey.Fingerprint, payload),
            Image = image,
            Witness = witness.Name,
            Reason = reason,
            KeyFingerprint = key.PublicKey.Fingerprint,
            Algorithm = key.PublicKey.Algorithm.Name(),
            Payload = payload,
            Signature = signature,
            RevokedAt = time.GetUtcNow(),
        };
        await log.AppendAsync(revoked, cancellationToken);
        _ = writer.WriteOwn(revoked);
        return revoked;
    }
}
