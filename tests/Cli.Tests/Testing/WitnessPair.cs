using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Cli.Tests.Testing;

/// <summary>A witness with a key pair of its own.</summary>
internal sealed class WitnessPair : IDisposable
{
    public static readonly DateTimeOffset SignedAt = new(2026, 11, 23, 20, 0, 0, TimeSpan.Zero);
    private readonly AsymmetricAlgorithm _pair;

    public WitnessPair(string name, SignatureAlgorithm algorithm = SignatureAlgorithm.EcdsaSha256)
    {
        _pair = algorithm == SignatureAlgorithm.EcdsaSha256 ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        (Name, Public) = (name, PublicKey.FromPem(_pair.ExportSubjectPublicKeyInfoPem(), algorithm));
    }

    public string Name { get; }

    public PublicKey Public { get; }

    /// <summary>The Witness resource.</summary>
    public string Yaml => $"""
        apiVersion: kritis.events/v1alpha1
        kind: Witness
        metadata: {"{"} name: {Name} {"}"}
        spec:
          keys:
          - kms: local
            keyId: {Name}
            algorithm: {Public.Algorithm.Name()}
            state: active
            publicKey: {System.Text.Json.JsonSerializer.Serialize(Public.Pem)}

        """;

    public byte[] Sign(byte[] payload) => _pair switch
    {
        ECDsa ec => ec.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
        RSA rsa => rsa.SignData(payload, HashAlgorithmName.SHA256, Public.Algorithm == SignatureAlgorithm.RsaPssSha256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
        _ => throw new NotSupportedException(),
    };

    public AttestationCreated Attest(Image image, string? tag = "1.0", string? eventId = "e-1")
    {
        var payload = SimpleSigningPayload.Create(image, Name);
        return new AttestationCreated
        {
            Id = AttestationId.Of(Public.Fingerprint, payload),
            Image = image,
            Witness = Name,
            KeyFingerprint = Public.Fingerprint,
            KeyId = Name,
            Algorithm = Public.Algorithm.Name(),
            Payload = payload,
            Signature = Sign(payload),
            Tag = tag,
            EventId = eventId,
            CreatedAt = SignedAt,
        };
    }

    public AttestationRevoked Revoke(Image image, string reason)
    {
        var payload = RevocationPayload.Create(image, Name, reason);
        return new AttestationRevoked
        {
            Id = AttestationId.Of(Public.Fingerprint, payload),
            Image = image,
            Witness = Name,
            Reason = reason,
            KeyFingerprint = Public.Fingerprint,
            Algorithm = Public.Algorithm.Name(),
            Payload = payload,
            Signature = Sign(payload),
            RevokedAt = SignedAt,
        };
    }

    public void Dispose() => _pair.Dispose();
}
