using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Contracts.Tests.Wire;

/// <summary>One message of each kind with every member filled in.</summary>
internal static class Samples
{
    private const string Sha = "sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45";
    private static readonly DateTimeOffset Moment = new(2026, 11, 23, 20, 9, 43, 125, TimeSpan.Zero);
    private static readonly Image Alpine = Image.Parse("registry.example:5000/demo/alpine@" + Sha);

    public static ImagePushed ImagePushed { get; } = new()
    {
        EventId = "6f1c", Image = Alpine, Tag = "3.11", MediaType = "application/vnd.oci.image.manifest.v1+json", Source = "distribution",
        Actor = "ci", PushedAt = Moment.ToOffset(TimeSpan.FromHours(8)), ReceivedAt = Moment,
    };

    public static AttestationCreated AttestationCreated { get; } = new()
    {
        Id = new string('a', 64), Image = Alpine, Witness = "release", KeyFingerprint = Digest.Parse(Sha), KeyId = "release-2026",
        KeyVersionId = "v1", Algorithm = "RSA_PKCS1_SHA_256", Payload = "{\"a\":1}"u8.ToArray(), Signature = new byte[] { 0xfb, 0xff, 0xfe, 0x00 },
        Rule = "demo", Tag = "3.11", EventId = "6f1c", CreatedAt = Moment,
    };

    public static AttestationRevoked AttestationRevoked { get; } = new()
    {
        Id = new string('b', 64), Image = Alpine, Witness = "release", Reason = "CVE \"1\" <größe>", KeyFingerprint = Digest.Parse(Sha),
        Algorithm = "ECDSA_SHA_256", Payload = "{}"u8.ToArray(), Signature = new byte[] { 1, 2 }, RevokedAt = Moment,
    };

    public static SigningSkipped SigningSkipped { get; } = new()
    {
        EventId = "6f1c", Image = Alpine, Tag = "3.11", Reason = "NoRule", Explanation = "No rule matches.", SkippedAt = Moment,
    };

    public static SigningFailed SigningFailed { get; } = new()
    {
        EventId = "6f1c", Image = Alpine, Tag = "3.11", Rule = "demo", Witness = "release", KeyId = "release-2026", Code = "NotInRegistry",
        Error = "The registry does not hold it.", Attempts = 5, FailedAt = Moment,
    };

    public static AdmissionDecided AdmissionDecided { get; } = new()
    {
        Uid = "705ab4f5", Cluster = "default", Namespace = "prod", Kind = "Pod", Name = "web", Operation = "CREATE", User = "alice",
        Allowed = false, DryRun = false, Reason = "An image is not attested.", Policies = ["default-namespace"],
        Images = [new() { Image = "alpine:3.11", Attested = false, Explanation = "It names no digest.", Attestations = [new string('a', 64)] }],
        DecidedAt = Moment, DurationMicroseconds = 12.5,
    };

    public static WorkloadViolated WorkloadViolated { get; } = new()
    {
        Id = "0f2c/9d1e/20261123", Cluster = "default", Namespace = "prod", Kind = "Pod", Name = "web-1", Uid = "0f2c", DryRun = false,
        Reason = "An image is not attested any more.", Policies = ["default-namespace"],
        Images = [new() { Image = "alpine:3.11", Attested = false, Explanation = "It was revoked.", Attestations = [] }], FoundAt = Moment,
    };

    public static TheoryData<string> Names { get; } = ["image-pushed", "attestation-created", "attestation-revoked", "signing-skipped", "signing-failed", "admission-decided", "workload-violated"];

    public static object Of(string name) => name switch
    {
        "image-pushed" => ImagePushed,
        "attestation-created" => AttestationCreated,
        "attestation-revoked" => AttestationRevoked,
        "signing-skipped" => SigningSkipped,
        "signing-failed" => SigningFailed,
        "admission-decided" => AdmissionDecided,
        "workload-violated" => WorkloadViolated,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not one of the messages."),
    };
}
