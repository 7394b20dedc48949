using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Verifier.Admission;

/// <summary>The answer to a review, with what it rests on.</summary>
internal sealed record AdmissionDecision
{
    public required AdmissionOutcome Outcome { get; init; }

    public bool Allowed => Outcome is AdmissionOutcome.Allowed or AdmissionOutcome.DryRun or AdmissionOutcome.BreakGlass;

    /// <summary>What the user reads behind "denied the request: "; empty where it is allowed.</summary>
    public string Message { get; init; } = "";

    /// <summary>Why, where the images alone do not say it.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>Those of the policies that do not hold, whether they are enforced or in dry-run.</summary>
    public IReadOnlyList<string> Unfulfilled { get; init; } = [];

    public IReadOnlyList<ImageDecision> Images { get; init; } = [];

    /// <summary>What every policy says of each of <see cref="Images"/>, for those who want to know more than is told.</summary>
    public IReadOnlyList<ImageVerdict> Verdicts { get; init; } = [];

    /// <summary>Why the glass was broken, where it is allowed only for that.</summary>
    public string? BreakGlass { get; init; }

    /// <summary>The images whose signatures are on their way, where every image that is refused is one of them; empty otherwise.</summary>
    public IReadOnlyList<Image> Awaited { get; init; } = [];

    /// <summary>How long the refusal may wait for them.</summary>
    public TimeSpan Patience { get; init; }

    public static AdmissionDecision Allow(string reason) => new() { Outcome = AdmissionOutcome.Allowed, Reason = reason };

    public static AdmissionDecision Unreadable(string reason) =>
        new() { Outcome = AdmissionOutcome.Unreadable, Message = reason, Reason = reason };

    public static AdmissionDecision Error(string reason) =>
        new() { Outcome = AdmissionOutcome.Error, Message = reason, Reason = reason };
}

/// <summary>How a review was answered.</summary>
internal enum AdmissionOutcome
{
    /// <summary>Every policy that selects the namespace holds.</summary>
    Allowed,

    /// <summary>Allowed only because the policies that do not hold are in dry-run.</summary>
    DryRun,

    /// <summary>Allowed only because somebody broke the glass where the policies allow it.</summary>
    BreakGlass,

    /// <summary>An image is not attested.</summary>
    Denied,

    /// <summary>The review or its object cannot be read.</summary>
    Unreadable,

    /// <summary>The verifier could not decide because of a defect of its own.</summary>
    Error,
}

/// <summary>Outcomes as they are counted, logged and answered.</summary>
internal static class AdmissionOutcomes
{
    public static string Name(this AdmissionOutcome outcome) => outcome switch
    {
        AdmissionOutcome.Allowed => "allowed",
        AdmissionOutcome.DryRun => "dryrun",
        AdmissionOutcome.BreakGlass => "breakglass",
        AdmissionOutcome.Denied => "denied",
        AdmissionOutcome.Unreadable => "unreadable",
        _ => "error",
    };

    /// <summary>The code and reason of a refusal's status (Kubernetes API, <c>metav1.Status</c>).</summary>
    public static (int Code, string Reason) Status(this AdmissionOutcome outcome) => outcome switch
    {
        AdmissionOutcome.Unreadable => (400, "BadRequest"),
        _ => (403, "Forbidden"),
    };
}
