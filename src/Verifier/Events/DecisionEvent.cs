using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Admission;

namespace Kritis.Events.Verifier.Events;

/// <summary>
/// A decision as users of kritis-validation-hook find it in <c>kube-system</c>: <c>FailedKritisAdmission</c>, <c>DryRunKritisAdmission</c>, and
/// <c>BreakGlassKritisAdmission</c>, which is new here.
/// </summary>
internal static class DecisionEvent
{
    /// <summary>Where the Events lie, whatever namespace the object is in.</summary>
    public const string Namespace = "kube-system";

    private const int MostLines = 10;

    /// <summary>What is to be told of a decision; null where nothing is, or where the request must leave no trace.</summary>
    public static EventNotice? Of(AdmissionRequest request, AdmissionDecision decision)
    {
        if (request.LeavesNoTrace || ReasonOf(decision.Outcome) is not { } reason)
        {
            return null;
        }

        var subject = new EventSubject { Kind = Shown(request.Kind), Namespace = Shown(request.Namespace), Name = Shown(request.Name) };
        return new EventNotice
        {
            Reason = reason,
            Namespace = Namespace,
            Action = "Admit",
            Subject = subject,
            Message = EventText.Of(Happened(decision), subject),
        };
    }

    private static string? ReasonOf(AdmissionOutcome outcome) => outcome switch
    {
        AdmissionOutcome.Allowed => null,
        AdmissionOutcome.DryRun => "DryRunKritisAdmission",
        AdmissionOutcome.BreakGlass => "BreakGlassKritisAdmission",
        _ => "FailedKritisAdmission",
    };

    private static string Happened(AdmissionDecision decision)
    {
        var behind = decision.Unfulfilled.Count == 0 ? "" : $" (policy {string.Join(", ", decision.Unfulfilled.Select(Excerpt.Of))})";
        return decision.Outcome switch
        {
            AdmissionOutcome.DryRun => $"dry run: {NotAttested(decision)}{behind}",
            AdmissionOutcome.BreakGlass => $"glass broken, {decision.BreakGlass}: {NotAttested(decision)}{behind}",
            _ => Joined(decision.Message.Split('\n', MostLines + 1)) + behind,
        };
    }

    private static string NotAttested(AdmissionDecision decision) => Joined(
        [.. decision.Images.Where(image => !image.Attested).Take(MostLines + 1).Select(image => $"image {image.Image} is not attested")]);

    private static string Joined(string[] lines) => string.Join("; ", lines.Take(MostLines)) + (lines.Length > MostLines ? "; and more" : "");

    private static string? Shown(string? text) => string.IsNullOrEmpty(text) ? null : Excerpt.Of(text);
}
