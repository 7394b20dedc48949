using System.Security.Cryptography;
using System.Text.Json;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;

namespace Kritis.Events.Verifier.Tests.Workloads;

/// <summary>A witness whose key signs what an index takes in.</summary>
internal sealed class SigningWitness : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private long _offset;

    public SigningWitness(string name)
    {
        var pinned = PublicKey.FromSubjectPublicKeyInfo(_key.ExportSubjectPublicKeyInfo(), SignatureAlgorithm.EcdsaSha256);
        Witness = new Witness { Name = name, Keys = [new WitnessKey { Kms = "local", KeyId = "k", State = KeyState.Active, PublicKey = pinned }] };
    }

    public Witness Witness { get; }

    private Digest Fingerprint => Witness.Keys[0].PublicKey.Fingerprint;

    public void Attest(IndexWriter index, string image)
    {
        var payload = SimpleSigningPayload.Create(Image.Parse(image), Witness.Name);
        Write(index, MessageNames.AttestationCreated, JsonSerializer.SerializeToUtf8Bytes(new AttestationCreated
        {
            Id = AttestationId.Of(Fingerprint, payload), Image = Image.Parse(image), Witness = Witness.Name, KeyFingerprint = Fingerprint, KeyId = "k",
            Algorithm = SignatureAlgorithm.EcdsaSha256.Name(), Payload = payload, Signature = Sign(payload), Rule = "demo", EventId = "e", CreatedAt = DateTimeOffset.UnixEpoch,
        }, WireJson.Default.AttestationCreated));
    }

    public void Revoke(IndexWriter index, string image, string reason)
    {
        var payload = RevocationPayload.Create(Image.Parse(image), Witness.Name, reason);
        Write(index, MessageNames.AttestationRevoked, JsonSerializer.SerializeToUtf8Bytes(new AttestationRevoked
        {
            Id = AttestationId.Of(Fingerprint, payload), Image = Image.Parse(image), Witness = Witness.Name, Reason = reason, KeyFingerprint = Fingerprint,
            Algorithm = SignatureAlgorithm.EcdsaSha256.Name(), Payload = payload, Signature = Sign(payload), RevokedAt = DateTimeOffset.UnixEpoch,
        }, WireJson.Default.AttestationRevoked));
    }

    public void Dispose() => _key.Dispose();

    private byte[] Sign(byte[] payload) => _key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    private void Write(IndexWriter index, string type, byte[] body) => index.Write(new LogEvent.Record(new LogPosition(++_offset, "m"), type, body));
}
