using System.CommandLine;
using Kritis.Events.Contracts;
using Kritis.Events.Signer.Rules;
using Kritis.Events.Signer.Signing;

namespace Kritis.Events.Cli.Signing;

/// <summary><c>kritis sign IMAGE@DIGEST --witness W</c>: for rules with <c>mode: Manual</c>.</summary>
internal static class SignCommand
{
    private static readonly Argument<string> ImageArgument = new("IMAGE@DIGEST") { Description = "What is to be signed: registry/repository@sha256:…" };
    private static readonly Option<string> WitnessOption = new("--witness") { Description = "Who signs; a signing rule must name the witness for this image.", Required = true };

    public static Command Create()
    {
        var command = new Command("sign", "Signs an image that is in its registry as a witness. Settings: KRITIS_Bus__Uri, KRITIS_Resources__Path, KRITIS_Data__Path.")
        {
            ImageArgument, WitnessOption,
        };
        command.SetAction((parsed, cancellationToken) => CommandRun.Async(async () =>
        {
            await using var tools = await WitnessTools.StartAsync(cancellationToken);
            return await SignAsync(tools, parsed.GetRequiredValue(ImageArgument), parsed.GetRequiredValue(WitnessOption), cancellationToken);
        }));
        return command;
    }

    private static async Task<int> SignAsync(WitnessTools tools, string text, string witnessName, CancellationToken cancellationToken)
    {
        var (image, registry) = tools.ImageOf(text);
        var witness = tools.WitnessOf(witnessName);
        var signature = SigningRules.Requestable(tools.Resources, image).FirstOrDefault(request => request.Witness.Name == witness.Name)
            ?? throw new StartRefusedException($"no SigningRule names witness '{witness.Name}' for {image.Name}; add one with 'mode: Manual'");
        var report = await tools.Signing.SignAsync(new SigningRequest { Registry = registry, Image = image, Signatures = [signature] }, cancellationToken);
        if (report.Images.Count == 0)
        {
            throw new StartRefusedException($"{image} is a signature, an SBOM or another artifact, not an image");
        }

        Console.WriteLine(report switch
        {
            { Created: > 0 } => $"{image} is attested by {witness.Name} ({report.Created} new attestations, rule {signature.Rule}).",
            { Revoked: > 0 } => $"{image} stays unsigned: {witness.Name} has revoked its attestation.",
            _ => $"{image} was attested by {witness.Name} before.",
        });
        return report is { Created: 0, AlreadyAttested: 0 } ? 1 : 0;
    }
}
