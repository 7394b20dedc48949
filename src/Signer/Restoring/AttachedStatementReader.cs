using System.Globalization;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Restoring;

/// <summary>
/// Reads what is attached to an image and believes none of it: a statement counts by its signature over the bytes that this project itself makes for
/// that image, under a key that is pinned. Whoever can write to the registry can take away, and add nothing (G3).
/// </summary>
internal sealed partial class AttachedStatementReader(
    SignatureRepository attachments, BlobReader blobs, IResourceSource resources, TimeProvider time, ILogger<AttachedStatementReader> logger)
{
    /// <summary>Reads both tags.</summary>
    /// <exception cref="RegistryException">
    /// The registry cannot be asked, or what is attached as revocations cannot be read: then nothing may be signed on the strength of there being none.
    /// </exception>
    public async Task<AttachedStatements> ReadAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var current = resources.Current;
        return new AttachedStatements
        {
            Revocations = await RevocationsAsync(current, registry, image, cancellationToken),
            Attestations = await AttestationsAsync(current, registry, image, cancellationToken),
        };
    }

    private async Task<IReadOnlyList<AttestationRevoked>> RevocationsAsync(
        ResourceSet current, ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var found = new List<AttestationRevoked>();
        var (manifest, _) = await attachments.ReadAsync(registry, image, AttachmentTag.Revocations, cancellationToken);
        foreach (var layer in manifest.Layers.Where(layer => layer.MediaType == MediaTypes.Revocation))
        {
            if (layer.SignatureBytes() is not { } signature || !Digest.TryParse(layer.Digest, out var digest))
            {
                Log.DoesNotCount(logger, image, AttachmentTag.Revocations.Ending, "it names no payload, or has no signature in Base64");
                continue;
            }

            var payload = await blobs.ReadAsync(registry, image.Repository, digest, cancellationToken);
            if (RevocationOf(current, image, layer, payload, signature) is { } revoked)
            {
                found.Add(revoked);
            }
        }

        return found;
    }

    private AttestationRevoked? RevocationOf(ResourceSet current, Image image, AttachedLayer layer, ReadOnlyMemory<byte> payload, byte[] signature)
    {
        if (!RevocationPayload.TryRead(payload.Span, out var claim, out var reason, out var problem) || claim!.Image != image)
        {
            Log.DoesNotCount(logger, image, AttachmentTag.Revocations.Ending, problem ?? $"it is about {claim!.Image}");
            return null;
        }

        var valid = KeysOf(current.WitnessesNamed(claim.Witness), layer)
            .Select(key => new AttestationRevoked
            {
                Id = AttestationId.Of(key.PublicKey.Fingerprint, payload.Span),
                Image = image,
                Witness = claim.Witness,
                Reason = reason!,
                KeyFingerprint = key.PublicKey.Fingerprint,
                Algorithm = key.PublicKey.Algorithm.Name(),
                Payload = payload,
                Signature = signature,
                RevokedAt = SignedAt(layer),
            })
            .FirstOrDefault(revoked => AttestationVerifier.Verify(revoked, current).IsValid);
        if (valid is null)
        {
            Log.DoesNotCount(logger, image, AttachmentTag.Revocations.Ending, $"it is not signed by a pinned key of witness '{claim.Witness}'");
        }

        return valid;
    }

    private async Task<IReadOnlyList<AttestationCreated>> AttestationsAsync(
        ResourceSet current, ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var layers = await SignatureLayersAsync(registry, image, cancellationToken);
        if (layers.Count == 0)
        {
            return [];
        }

        // One meaning has one spelling, so that no payload needs to be fetched.
        var payloads = current.Witnesses.Values.Select(witness => witness.Name).Distinct()
            .Select(witness => (Witness: witness, Payload: SimpleSigningPayload.Create(image, witness)))
            .ToDictionary(made => Digest.Of(made.Payload).ToString());
        return
        [
            .. from layer in layers
               where layer.MediaType == MediaTypes.SimpleSigning
               let made = payloads.GetValueOrDefault(layer.Digest ?? "")
               where made.Payload is not null
               let created = AttestationOf(current, image, layer, made.Witness, made.Payload)
               where created is not null
               select created,
        ];
    }

    private async Task<IReadOnlyList<AttachedLayer>> SignatureLayersAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        try
        {
            return (await attachments.ReadAsync(registry, image, AttachmentTag.Signatures, cancellationToken)).Manifest.Layers;
        }
        catch (RegistryException foreign) when (foreign.Code is RegistryException.AnswerUnreadable or RegistryException.AnswerTooLarge)
        {
            // No signature is lost with it that could not be made again.
            Log.DoesNotCount(logger, image, AttachmentTag.Signatures.Ending, foreign.Message);
            return [];
        }
    }

    private AttestationCreated? AttestationOf(ResourceSet current, Image image, AttachedLayer layer, string witness, byte[] payload)
    {
        if (layer.SignatureBytes() is not { } signature
            || KeysOf(current.WitnessesNamed(witness), layer).FirstOrDefault(key => key.State != KeyState.Revoked && key.PublicKey.Verify(payload, signature)) is not { } key)
        {
            Log.DoesNotCount(logger, image, AttachmentTag.Signatures.Ending, $"it is not signed by an active or retired key of witness '{witness}'");
            return null;
        }

        return new AttestationCreated
        {
            Id = AttestationId.Of(key.PublicKey.Fingerprint, payload),
            Image = image,
            Witness = witness,
            KeyFingerprint = key.PublicKey.Fingerprint,
            KeyId = key.KeyId,
            KeyVersionId = key.KeyVersionId,
            Algorithm = key.PublicKey.Algorithm.Name(),
            Payload = payload,
            Signature = signature,
            Rule = SigningRules.Requestable(current, image).FirstOrDefault(request => request.Witness.Name == witness)?.Rule,
            CreatedAt = SignedAt(layer),
        };
    }

    /// <summary>The keys that may have made the signature: the one that is said to have, or all where none is.</summary>
    private static IEnumerable<WitnessKey> KeysOf(IReadOnlyList<Witness> witnesses, AttachedLayer layer) =>
        from witness in witnesses
        from key in witness.Keys
        where layer.KeyFingerprint is null || layer.KeyFingerprint == key.PublicKey.Fingerprint.ToString()
        select key;

    private DateTimeOffset SignedAt(AttachedLayer layer)
    {
        var now = time.GetUtcNow();
        return DateTimeOffset.TryParse(layer.SignedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var told) && told < now
            ? told
            : now;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Something attached to {Image} ({Tag}) does not count: {Reason}.")]
        public static partial void DoesNotCount(ILogger logger, Image image, string tag, string reason);
    }
}
