using System.CommandLine;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Restoring;

namespace Kritis.Events.Cli.Signing;

/// <summary><c>kritis revoke IMAGE@DIGEST --witness W --reason R</c>: takes an attestation back, for good.</summary>
internal static class RevokeCommand
{
    private static readonly Argument<string> ImageArgument = new("IMAGE@DIGEST") { Description = "What is to be refused from now on: registry/repository@sha256:…" };
    private static readonly Option<string> WitnessOption = new("--witness") { Description = "Whose attestation is taken back.", Required = true };
    private static readonly Option<string> ReasonOption = new("--reason") { Description = "Why; it is signed and shown wherever the image is refused.", Required = true };

    public static Command Create()
    {
        var command = new Command("revoke", "Takes a witness's attestation of an image back, for good. Settings as for 'sign'.")
        {
            ImageArgument, WitnessOption, ReasonOption,
        };
        command.SetAction((parsed, cancellationToken) => CommandRun.Async(async () =>
        {
            var reason = parsed.GetRequiredValue(ReasonOption);
            if (string.IsNullOrWhiteSpace(reason) || reason.Length > RevocationPayload.MostReasonCharacters)
            {
                throw new StartRefusedException($"--reason: expected 1 to {RevocationPayload.MostReasonCharacters} characters");
            }

            await using var tools = await WitnessTools.StartAsync(cancellationToken);
            var (image, registry) = tools.ImageOf(parsed.GetRequiredValue(ImageArgument));
            var witness = tools.WitnessOf(parsed.GetRequiredValue(WitnessOption));
            _ = await tools.Revocation.RevokeAsync(image, witness, reason, cancellationToken);
            Console.WriteLine($"{witness.Name} no longer vouches for {image}.");
            await AttachAsync(tools, registry, image, cancellationToken);
            return 0;
        }));
        return command;
    }

    // The clusters refuse it by now; this is for the day on which the broker's disk is lost.
    private static async Task AttachAsync(WitnessTools tools, ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        try
        {
            await tools.Get<AttachedRevocations>().AttachAsync(registry, image, cancellationToken);
        }
        catch (RegistryException failure)
        {
            Console.Error.WriteLine(
                $"The revocation could not be attached to the image in its registry: {failure.Message}. Until 'kritis reconcile' or a signer has done it, a log that is lost takes it along.");
        }
    }
}
