using System.Security.Cryptography;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>The parts of a set of resources.</summary>
internal static class Given
{
    public const string Host = "kritis-demo-registry.cn-hongkong.cr.aliyuncs.com";
    public const string Alias = "kritis-demo-registry-vpc.cn-hongkong.cr.aliyuncs.com";
    public const string Hex = "ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45";
    public const string Alpine = $"{Host}/kritis-demo/alpine@sha256:{Hex}";

    public static readonly Witness Release = Witness("release");
    public static readonly Witness Qa = Witness("qa");
    public static readonly Witness Build = Witness("build");

    public static ConfiguredRegistry Registry { get; } = new() { Name = "demo", Host = Host, Aliases = [Alias], Url = new Uri($"https://{Host}") };

    public static SecurityPolicy Policy(string name = "default-namespace") => new()
    {
        Name = name,
        Enabled = true,
        Clusters = ["*"],
        Namespaces = ["default"],
        Witnesses = ["release"],
        AtLeast = 1,
        Enforcement = Enforcement.Enforce,
    };

    public static ResourceSet Resources(params SecurityPolicy[] policies) => new()
    {
        Registries = [Registry],
        Witnesses = new[] { Release, Qa, Build }.ToDictionary(witness => witness.Name),
        Policies = policies,
    };

    public static ResourceSet With(this ResourceSet resources, Witness witness) => resources with
    {
        Witnesses = new Dictionary<string, Witness>(resources.Witnesses) { [witness.Name] = witness },
    };

    public static Witness Witness(string name, KeyState state = KeyState.Active) => new() { Name = name, Keys = [Key(state)] };

    public static Witness InState(this Witness witness, KeyState state) =>
        witness with { Keys = [.. witness.Keys.Select(key => key with { State = state })] };

    public static void Attest(this AttestationIndex index, string image, Witness witness) => index.Add(Image.Parse(image), new IndexedAttestation
    {
        Witness = witness.Name,
        KeyFingerprint = witness.Keys[0].PublicKey.Fingerprint,
    }).Should().BeTrue();

    /// <summary>The id of what <see cref="Attest"/> added.</summary>
    public static string IdOf(string image, Witness witness) => AttestationId.Of(
        witness.Keys[0].PublicKey.Fingerprint, SimpleSigningPayload.Create(Image.Parse(image), witness.Name));

    public static void Revoke(this AttestationIndex index, string image, Witness witness, string reason) => index.Revoke(
        Image.Parse(image), new IndexedRevocation($"r-{image}", witness.Name, reason, witness.Keys[0].PublicKey.Fingerprint)).Should().BeTrue();

    private static WitnessKey Key(KeyState state)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new WitnessKey
        {
            Kms = "local",
            KeyId = "k",
            State = state,
            PublicKey = PublicKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo(), SignatureAlgorithm.EcdsaSha256),
        };
    }
}
