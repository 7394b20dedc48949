using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Verifier.Admission;

/// <summary>A decision in the words of the bus and of the log: bounded, and without raw foreign text.</summary>
internal static class DecisionReport
{
    private const int MostImagesInLine = 20;

    public static AdmissionDecided Of(AdmissionRequest request, AdmissionDecision decision, string cluster, DateTimeOffset now, TimeSpan elapsed) => new()
    {
        Uid = Excerpt.Of(request.Uid),
        Cluster = cluster,
        Namespace = Shown(request.Namespace),
        Kind = Shown(request.Kind),
        Name = Shown(request.Name),
        Operation = Shown(request.Operation),
        User = Shown(request.User),
        Allowed = decision.Allowed,
        DryRun = decision.Outcome == AdmissionOutcome.DryRun,
        Reason = Reason(decision),
        BreakGlass = decision.BreakGlass,
        Policies = decision.Policies,
        Images = Told(decision.Images),
        DecidedAt = now,
        DurationMicroseconds = elapsed.TotalMicroseconds,
    };

    public static string Line(IReadOnlyList<ImageDecision> images) => string.Join(
        ", ", images.Take(MostImagesInLine).Select(image => $"{image.Image} {(image.Attested ? "attested" : "not attested")} ({image.Explanation})"));

    private static IReadOnlyList<ImageDecision> Told(IReadOnlyList<ImageDecision> images) => images.Count <= DecisionJournal.MostImages
        ? images
        : [.. images.OrderBy(image => image.Attested).Take(DecisionJournal.MostImages)];

    private static string? Reason(AdmissionDecision decision)
    {
        var untold = decision.Images.Count - DecisionJournal.MostImages;
        return untold <= 0
            ? decision.Reason
            : string.Join("; ", new[] { decision.Reason, $"{untold} more images are not listed here" }.OfType<string>());
    }

    private static string? Shown(string? text) => text is null ? null : Excerpt.Of(text);
}
