using System.CommandLine;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Rules;
using Kritis.Events.Signer.Signing;

namespace Kritis.Events.Cli.Signing;

/// <summary><c>kritis sign IMAGE@DIGEST --witness W [--tag T]</c>: for rules with <c>mode: Manual</c>.</summary>
internal static class SignCommand
{
    private static readonly Argument<string> ImageArgument = new("IMAGE@DIGEST") { Description = "What is to be signed: registry/repository@sha256:…" };
    private static readonly Option<string> WitnessOption = new("--witness") { Description = "Who signs; a signing rule must name the witness for this image.", Required = true };

    private static readonly Option<string?> TagOption = new("--tag") { Description = "Signs as well that this tag stands for the image; only where the Registry resource declares its tags immutable." };

    public static Command Create()
    {
        var command = new Command("sign", "Signs an image that is in its registry as a witness. Settings: KRITIS_Bus__Uri, KRITIS_Resources__Path, KRITIS_Data__Path.")
        {
            ImageArgument, WitnessOption, TagOption,
        };
        command.SetAction((parsed, cancellationToken) => CommandRun.Async(async () =>
        {
            await using var tools = await WitnessTools.StartAsync(cancellationToken);
            var signing = RequestOf(tools, parsed.GetRequiredValue(ImageArgument), parsed.GetRequiredValue(WitnessOption), parsed.GetValue(TagOption));
            return await SignAsync(tools, signing, cancellationToken);
        }));
        return command;
    }

    private static SigningRequest RequestOf(WitnessTools tools, string text, string witnessName, string? tag)
    {
        var (image, registry) = tools.ImageOf(text);
        var witness = tools.WitnessOf(witnessName);
        var signature = SigningRules.Requestable(tools.Resources, image).FirstOrDefault(request => request.Witness.Name == witness.Name)
            ?? throw new StartRefusedException($"no SigningRule names witness '{witness.Name}' for {image.Name}; add one with 'mode: Manual'");
        RefuseTag(registry, image, tag);
        return new SigningRequest { Registry = registry, Image = image, Signatures = [signature], Tag = tag, LooksAtAttached = true };
    }

    private static void RefuseTag(ConfiguredRegistry registry, Image image, string? tag)
    {
        if (tag is null)
        {
            return;
        }

        if (!ImageReference.IsTag(tag))
        {
            throw new StartRefusedException($"--tag {Excerpt.Of(tag)}: expected a letter, digit or '_' and up to 127 letters, digits, '_', '.' and '-'");
        }

        if (!registry.HasImmutableTags(image.Repository))
        {
            throw new StartRefusedException(
                $"--tag {tag}: tags of {image.Name} can be moved; where the registry forbids that, list {image.Repository} under immutableTags of Registry '{registry.Name}'");
        }
    }

    private static async Task<int> SignAsync(WitnessTools tools, SigningRequest request, CancellationToken cancellationToken)
    {
        var (image, signature) = (request.Image, request.Signatures[0]);
        var witness = signature.Witness.Name;
        var report = await tools.Signing.SignAsync(request, cancellationToken);
        if (report.Images.Count == 0)
        {
            throw new StartRefusedException($"{image} is a signature, an SBOM or another artifact, not an image");
        }

        Console.WriteLine(report switch
        {
            { Created: > 0 } => $"{image} is attested by {witness} ({report.Created} new attestations, rule {signature.Rule}).",
            { Restored: > 0, AlreadyAttested: > 0 } => $"{image} is attested by {witness}: the log had lost it, and it came back from the registry.",
            { Revoked: > 0 } => $"{image} stays unsigned: {witness} has revoked its attestation.",
            _ => $"{image} was attested by {witness} before.",
        });
        if (report is { Created: 0, AlreadyAttested: 0 })
        {
            return 1;
        }

        return request.Tag is null ? 0 : TellOfTag(request.Tag, witness, report);
    }

    private static int TellOfTag(string tag, string witness, SigningReport report)
    {
        Console.WriteLine(report switch
        {
            { TagProblem: { } problem } => $"The tag {tag} is not claimed: {problem}.",
            { Claimed: > 0 } => $"The tag {tag} is claimed for it by {witness}.",
            _ => $"The tag {tag} was claimed for it by {witness} before.",
        });
        return report.TagProblem is null ? 0 : 1;
    }
}
