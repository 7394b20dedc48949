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
/// Decides what a layer beside an image counts for. It counts by its signature over the bytes that this project itself makes for that image, under a key
/// that is pinned: whoever can write to the registry can take away, and add nothing (G3).
/// </summary>
internal sealed class StatementJudge
{
    private readonly ResourceSet _resources;
    private readonly Image _image;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<string, (string Witness, byte[] Payload)> _payloads;

    /// <param name="resources">The pinned keys.</param>
    /// <param name="image">The image that the layers are attached to.</param>
    /// <param name="now">What a layer says of its time may not be later.</param>
    public StatementJudge(ResourceSet resources, Image image, DateTimeOffset now)
    {
        (_resources, _image, _now) = (resources, image, now);
        // One meaning has one spelling, so that no payload needs to be fetched.
        _payloads = resources.Witnesses.Values.Select(witness => witness.Name).Distinct()
            .Select(witness => (Witness: witness, Payload: SimpleSigningPayload.Create(image, witness)))
            .ToDictionary(made => Digest.Of(made.Payload).ToString());
    }

    /// <summary>The attestation that a layer is; null with the reason where it is none by a key that is active or retired.</summary>
    public AttestationCreated? Attestation(AttachedLayer layer, out string? problem)
    {
        if (layer.MediaType != MediaTypes.SimpleSigning || !_payloads.TryGetValue(layer.Digest ?? "", out var made))
        {
            problem = "it is no attestation of this image by a witness that is configured here";
            return null;
        }

        var (witness, payload) = made;
        var signature = layer.SignatureBytes();
        var key = signature is null ? null : KeysOf(witness, layer).FirstOrDefault(key => key.State != KeyState.Revoked && key.PublicKey.Verify(payload, signature));
        if (key is null)
        {
            problem = $"it is not signed by an active or retired key of witness '{witness}'";
            return null;
        }

        problem = null;
        return new AttestationCreated
        {
            Id = AttestationId.Of(key.PublicKey.Fingerprint, payload),
            Image = _image,
            Witness = witness,
            KeyFingerprint = key.PublicKey.Fingerprint,
            KeyId = key.KeyId,
            KeyVersionId = key.KeyVersionId,
            Algorithm = key.PublicKey.Algorithm.Name(),
            Payload = payload,
            Signature = signature,
            Rule = SigningRules.Requestable(_resources, _image).FirstOrDefault(request => request.Witness.Name == witness)?.Rule,
            CreatedAt = SignedAt(layer),
        };
    }

    /// <summary>The revocation that a layer with this payload is; null with the reason where it is none by a pinned key.</summary>
    public AttestationRevoked? Revocation(AttachedLayer layer, ReadOnlyMemory<byte> payload, out string? problem)
    {
        if (!RevocationPayload.TryRead(payload.Span, out var claim, out var reason, out problem))
        {
            return null;
        }

        if (claim!.Image != _image || layer.SignatureBytes() is not { } signature)
        {
            problem = claim.Image != _image ? $"it is about {claim.Image}" : "it has no signature in Base64";
            return null;
        }

        var valid = KeysOf(claim.Witness, layer)
            .Select(key => new AttestationRevoked
            {
                Id = AttestationId.Of(key.PublicKey.Fingerprint, payload.Span),
                Image = _image,
                Witness = claim.Witness,
                Reason = reason!,
                KeyFingerprint = key.PublicKey.Fingerprint,
                Algorithm = key.PublicKey.Algorithm.Name(),
                Payload = payload,
                Signature = signature,
                RevokedAt = SignedAt(layer),
            })
            .FirstOrDefault(revoked => AttestationVerifier.Verify(revoked, _resources).IsValid);
        problem = valid is null ? $"it is not signed by a pinned key of witness '{claim.Witness}'" : null;
        return valid;
    }

    /// <summary>The keys that may have made the signature, the one that is said to have first.</summary>
    private IEnumerable<WitnessKey> KeysOf(string witness, AttachedLayer layer) => _resources.WitnessesNamed(witness)
        .SelectMany(named => named.Keys)
        .OrderByDescending(key => key.PublicKey.Fingerprint.ToString() == layer.KeyFingerprint);

    private DateTimeOffset SignedAt(AttachedLayer layer) =>
        DateTimeOffset.TryParse(layer.SignedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var told) && told < _now
            ? told
            : _now;
}
