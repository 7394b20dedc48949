using System.Text;
using System.Text.Json;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>The bytes that a witness signs: an attestation, a revocation or the claim of a tag, each in one spelling only and none ever read as another.</summary>
internal sealed class PayloadTarget : FuzzTarget
{
    private const string Witness = "release";
    private static readonly Image App = Image.Parse(Known.App);

    public override string Name => "payload";

    public override IReadOnlyList<Seed> Seeds { get; } =
    [
        Seed.Of(SimpleSigningPayload.Create(App, Witness)),
        Seed.Of(SimpleSigningPayload.Create(Image.Parse($"a.b/c@sha256:{new string('0', 64)}"), "a")),
        Seed.Of(RevocationPayload.Create(App, Witness, "withdrawn")),
        Seed.Of(RevocationPayload.Create(App, Witness, "an \"odd\" \u00e9 <reason>\n")),
        Seed.Of(TagPayload.Create(App, "1.0", Witness)),
        .. Known.Records.Select(record => Seed.Of(JsonDocument.Parse(record.Bytes).RootElement.GetProperty("payload").GetBytesFromBase64())),
        .. Corpus.Seeds("payload"),
    ];

    public override IReadOnlyList<string> Reaches { get; } = ["attestation", "revocation", "claim of a tag", "refused"];

    public override string Take(byte[] input)
    {
        var isAttestation = SimpleSigningPayload.TryRead(input, out var attested, out var problem);
        var isRevocation = RevocationPayload.TryRead(input, out var revoked, out var reason, out var revocationProblem);
        var isTag = TagPayload.TryRead(input, out var claimed, out var tag, out var tagProblem);
        if (!isAttestation && !isRevocation && !isTag)
        {
            Fit.ForALine(problem);
            Fit.ForALine(revocationProblem);
            Fit.ForALine(tagProblem);
            return "refused";
        }

        BrokenPromiseException.Unless((isAttestation ? 1 : 0) + (isRevocation ? 1 : 0) + (isTag ? 1 : 0) == 1, "a payload is read as one thing only");
        var written = isAttestation ? SimpleSigningPayload.Create(attested!.Image, attested.Witness)
            : isRevocation ? RevocationPayload.Create(revoked!.Image, revoked.Witness, reason!)
            : TagPayload.Create(claimed!.Image, tag!, claimed.Witness);
        BrokenPromiseException.Unless(input.AsSpan().SequenceEqual(written), "one meaning has one spelling");
        var claim = attested ?? revoked ?? claimed!;
        BrokenPromiseException.Unless(
            Encoding.UTF8.GetString(input).Contains($"\"docker-manifest-digest\":\"{claim.Image.Digest}\"", StringComparison.Ordinal), "the digest is the one that was signed");
        return isAttestation ? "attestation" : isRevocation ? "revocation" : "claim of a tag";
    }
}
