using System.Text;
using System.Text.Json;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Restoring;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>
/// What is attached to an image, as whoever can push to its repository leaves it. Nothing may come of it but what a witness signed about this image, and
/// what is written back keeps what others put there.
/// </summary>
internal sealed class AttachmentTarget : FuzzTarget
{
    private static readonly Image App = Image.Parse(Known.App);
    private static readonly AttestationCreated[] Created = [.. Records<AttestationCreated>(".created.json", bytes => JsonSerializer.Deserialize(bytes, WireJson.Default.AttestationCreated))];
    private static readonly AttestationRevoked[] Revoked = [.. Records<AttestationRevoked>(".revoked.json", bytes => JsonSerializer.Deserialize(bytes, WireJson.Default.AttestationRevoked))];

    public override string Name => "attachment";

    public override IReadOnlyList<Seed> Seeds { get; } = [.. Lawful().Select(Seed.Of), .. Corpus.Seeds("attachment")];

    public override IReadOnlyList<string> Reaches { get; } = ["unreadable", "nothing counts", "attested"];

    public override string Take(byte[] input)
    {
        SignatureManifest manifest;
        try
        {
            manifest = SignatureManifest.Read(input);
        }
        catch (JsonException unreadable)
        {
            Fit.ForALine(SignatureRepository.Foreign(Known.Registry, App, AttachmentTag.Signatures, unreadable).Message);
            return "unreadable";
        }

        var layers = manifest.Layers;
        BrokenPromiseException.Unless(SignatureManifest.Read(manifest.Manifest(manifest.Config())).Layers.SequenceEqual(layers), "what others attached is kept");
        var judge = new StatementJudge(Known.Resources, App, DateTimeOffset.UnixEpoch);
        return layers.Where(layer => Counts(judge, layer)).ToArray().Length > 0 ? "attested" : "nothing counts";
    }

    private static bool Counts(StatementJudge judge, AttachedLayer layer)
    {
        foreach (var revoked in Revoked)
        {
            if (judge.Revocation(layer, revoked.Payload, out var why) is { } taken)
            {
                BrokenPromiseException.Unless(taken.Image == App && AttestationVerifier.Verify(taken, Known.Resources).IsValid, "only the witness revokes");
            }
            else
            {
                Fit.ForALine(why!);
            }
        }

        if (judge.Attestation(layer, out var problem) is not { } created)
        {
            Fit.ForALine(problem!);
            return false;
        }

        BrokenPromiseException.Unless(created.Image == App && AttestationVerifier.Verify(created, Known.Resources).IsValid, "only the witness attests, and only this image");
        BrokenPromiseException.Unless(created.CreatedAt <= DateTimeOffset.UnixEpoch, "nothing is signed in the future");
        return true;
    }

    private static IEnumerable<string> Lawful()
    {
        yield return Manifest(Created.Select(created => Layer(MediaTypes.SimpleSigning, created.Payload, created.Signature, created.KeyFingerprint)));
        yield return Manifest(Created.Where(created => created.Image == App).Select(created => Layer(MediaTypes.SimpleSigning, created.Payload, created.Signature, created.KeyFingerprint)));
        yield return Manifest(Revoked.Select(revoked => Layer(MediaTypes.Revocation, revoked.Payload, revoked.Signature, revoked.KeyFingerprint)));
        yield return Manifest([]);
    }

    private static string Manifest(IEnumerable<string> layers) => new StringBuilder("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[""")
        .AppendJoin(',', layers).Append("]}").ToString();

    private static string Layer(string mediaType, ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> signature, Digest key) =>
        $$$"""{"mediaType":"{{{mediaType}}}","size":{{{payload.Length}}},"digest":"{{{Digest.Of(payload.Span)}}}","annotations":{"dev.cosignproject.cosign/signature":"{{{Convert.ToBase64String(signature.Span)}}}","events.kritis/key-fingerprint":"{{{key}}}","events.kritis/signed-at":"1970-01-01T00:00:00Z"}}""";

    private static IEnumerable<T> Records<T>(string ending, Func<byte[], T?> read) => Known.Records
        .Where(record => record.Name.StartsWith("genuine-", StringComparison.Ordinal) && record.Name.EndsWith(ending, StringComparison.Ordinal))
        .Select(record => read(record.Bytes)!);
}
