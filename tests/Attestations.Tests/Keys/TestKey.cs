using System.Collections.Concurrent;
using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Attestations.Tests.Keys;

/// <summary>A key pair that signs as key management does. Pairs are made once for each name.</summary>
internal sealed class TestKey
{
    private static readonly ConcurrentDictionary<(string, SignatureAlgorithm), Lazy<TestKey>> Made = new();
    private static readonly DateTimeOffset Moment = new(2026, 11, 23, 20, 0, 0, TimeSpan.Zero);
    private readonly AsymmetricAlgorithm _pair;

    private TestKey(AsymmetricAlgorithm pair, SignatureAlgorithm algorithm)
    {
        (_pair, Algorithm) = (pair, algorithm);
        Public = PublicKey.FromPem(pair.ExportSubjectPublicKeyInfoPem(), algorithm);
    }

    public SignatureAlgorithm Algorithm { get; }

    public PublicKey Public { get; }

    public static TestKey Named(string name, SignatureAlgorithm algorithm = SignatureAlgorithm.EcdsaSha256) =>
        Made.GetOrAdd((name, algorithm), _ => new(() => new TestKey(NewPair(algorithm), algorithm))).Value;

    /// <summary>The same pair, believed with another algorithm.</summary>
    public TestKey As(SignatureAlgorithm algorithm) => new(_pair, algorithm);

    public WitnessKey Pinned(KeyState state = KeyState.Active) =>
        new() { Kms = "local", KeyId = "k", State = state, PublicKey = Public };

    public byte[] Sign(ReadOnlySpan<byte> payload)
    {
        lock (_pair)
        {
            return _pair switch
            {
                ECDsa ec => ec.SignData(payload.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
                RSA rsa => rsa.SignData(payload.ToArray(), HashAlgorithmName.SHA256,
                    Algorithm == SignatureAlgorithm.RsaPssSha256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
                _ => throw new NotSupportedException(_pair.GetType().Name),
            };
        }
    }

    public AttestationCreated Attest(Image image, string witness) => Attest(image, witness, SimpleSigningPayload.Create(image, witness));

    public AttestationCreated Attest(Image image, string witness, byte[] payload) => new()
    {
        Id = AttestationId.Of(Public.Fingerprint, payload),
        Image = image,
        Witness = witness,
        KeyFingerprint = Public.Fingerprint,
        KeyId = "k",
        Algorithm = Algorithm.Name(),
        Payload = payload,
        Signature = Sign(payload),
        Rule = "demo",
        Tag = "1.0",
        EventId = "e1",
        CreatedAt = Moment,
    };

    public SignedTagClaim Claim(Image image, string tag, string witness) => Claim(TagPayload.Create(image, tag, witness));

    public SignedTagClaim Claim(byte[] payload) => new() { Payload = payload, Signature = Sign(payload) };

    public AttestationCreated AttestWithTag(Image image, string tag, string witness) =>
        Attest(image, witness) with { Tag = tag, TagClaim = Claim(image, tag, witness) };

    public AttestationRevoked Revoke(Image image, string witness, string reason = "withdrawn") =>
        Revoke(image, witness, reason, RevocationPayload.Create(image, witness, reason));

    public AttestationRevoked Revoke(Image image, string witness, string reason, byte[] payload) => new()
    {
        Id = AttestationId.Of(Public.Fingerprint, payload),
        Image = image,
        Witness = witness,
        Reason = reason,
        KeyFingerprint = Public.Fingerprint,
        Algorithm = Algorithm.Name(),
        Payload = payload,
        Signature = Sign(payload),
        RevokedAt = Moment,
    };

    public static Witness Witness(string name, params WitnessKey[] keys) => new() { Name = name, Keys = keys };

    public static ResourceSet Resources(params Witness[] witnesses) =>
        new() { Witnesses = witnesses.ToDictionary(witness => witness.Name) };

    private static AsymmetricAlgorithm NewPair(SignatureAlgorithm algorithm) =>
        algorithm == SignatureAlgorithm.EcdsaSha256 ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
}
