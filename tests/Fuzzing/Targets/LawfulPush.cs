using System.Text.Json;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.Fuzzing.Running;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>What every intake promises of the pushes it takes: the host is the configured registry's, and what goes on the bus can be read there.</summary>
internal static class LawfulPush
{
    public static string Check(TakenPushes taken, string host)
    {
        foreach (var push in taken.Pushes)
        {
            Check(push, host);
        }

        foreach (var skipped in taken.Skipped)
        {
            Fit.ForALine(skipped.Explanation);
            _ = JsonSerializer.SerializeToUtf8Bytes(skipped, WireJson.Default.SigningSkipped);
        }

        foreach (var (reason, what) in taken.Told)
        {
            Fit.ForALine(reason);
            Fit.ForALine(what);
        }

        return taken.Pushes.Count > 0 ? "taken" : taken.Ignored.Count > 0 ? $"ignored: {taken.Ignored[0]}" : "nothing";
    }

    private static void Check(ImagePushed push, string host)
    {
        BrokenPromiseException.Unless(push.Image.Registry == host, "the host that is signed is the configured one");
        BrokenPromiseException.Unless(Image.TryParse(push.Image.ToString(), out var again, out _) && again == push.Image, "an image that is taken reads as itself");
        BrokenPromiseException.Unless(push.Tag is null || ImageReference.IsTag(push.Tag), "a tag that is taken is a tag");
        var sent = JsonSerializer.SerializeToUtf8Bytes(push, WireJson.Default.ImagePushed);
        BrokenPromiseException.Unless(JsonSerializer.Deserialize(sent, WireJson.Default.ImagePushed) == push, "a push that goes on the bus arrives as it was sent");
        _ = SigningRules.Match(Known.Resources, push.Image, push.Tag);
    }
}
