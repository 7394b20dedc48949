using System.Collections.Concurrent;
using System.Security.Cryptography;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Signing;

/// <summary>
/// Makes one attestation: one image, one witness's active key. An attestation that the index holds is not made again, two
/// requests for the same one at the same time share it, and a signature whose append failed is kept for the next try: no
/// signature is paid for twice by one signer.
/// </summary>
internal sealed partial class Attestor(
    AttestationIndex index,
    IndexWriter writer,
    IAttestationLog log,
    KeyManagements keyManagements,
    SigningMetrics metrics,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<Attestor> logger)
{
    private const int MostUnappended = 10_000;
    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> _underWay = new();
    private readonly ConcurrentDictionary<string, AttestationCreated> _unappended = new();

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
        var attestation = new Unsigned(id, image, request, key, payload, tag, eventId);
        var making = _underWay.GetOrAdd(id, _ => new Lazy<Task<bool>>(() => MakeAsync(attestation, lifetime.ApplicationStopping)));
        return await making.Value.WaitAsync(cancellationToken) ? AttestationOutcome.Created : AttestationOutcome.AlreadyAttested;
    }

    private async Task<bool> MakeAsync(Unsigned attestation, CancellationToken cancellationToken)
    {
        try
        {
            return await SignAndAppendAsync(attestation, cancellationToken);
        }
        finally
        {
            _ = _underWay.TryRemove(attestation.Id, out _);
        }
    }

    private async Task<bool> SignAndAppendAsync(Unsigned attestation, CancellationToken cancellationToken)
    {
        if (index.Find(attestation.Image).Attestations.Any(known => known.Id == attestation.Id))
        {
            return false;
        }

        var started = time.GetTimestamp();
        var created = _unappended.GetValueOrDefault(attestation.Id) ?? await SignAsync(attestation, cancellationToken);
        await log.AppendAsync(created, cancellationToken);
        _ = writer.WriteOwn(created);
        _ = _unappended.TryRemove(attestation.Id, out _);
        var elapsed = time.GetElapsedTime(started);
        metrics.Attested(attestation.Request.Witness.Name, elapsed);
        Log.Attested(logger, created.Image, created.Witness, attestation.Key.DisplayName, created.Rule, elapsed.TotalMilliseconds);
        return true;
    }

    private async Task<AttestationCreated> SignAsync(Unsigned attestation, CancellationToken cancellationToken)
    {
        var key = attestation.Key;
        var started = time.GetTimestamp();
        var signature = await keyManagements.Of(key).SignAsync(key, SHA256.HashData(attestation.Payload), cancellationToken);
        metrics.Signed(key.Kms, time.GetElapsedTime(started));
        if (!key.PublicKey.Verify(attestation.Payload, signature.Span))
        {
            throw new KeyManagementException("KeyMismatch",
                $"key {key.DisplayName} signed {attestation.Image}, but not as the key pinned for witness '{attestation.Request.Witness.Name}' ({key.PublicKey.Fingerprint}): pin the key's own public key",
                transient: false);
        }

        var created = new AttestationCreated
        {
            Id = attestation.Id,
            Image = attestation.Image,
            Witness = attestation.Request.Witness.Name,
            KeyFingerprint = key.PublicKey.Fingerprint,
            KeyId = key.KeyId,
            KeyVersionId = key.KeyVersionId,
            Algorithm = key.PublicKey.Algorithm.Name(),
            Payload = attestation.Payload,
            Signature = signature,
            Rule = attestation.Request.Rule,
            Tag = attestation.Tag,
            EventId = attestation.EventId,
            CreatedAt = time.GetUtcNow(),
        };
        if (_unappended.Count < MostUnappended)
        {
            _unappended[created.Id] = created;
        }

        return created;
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
