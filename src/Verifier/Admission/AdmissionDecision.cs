using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Verifier.Admission;

/// <summary>The answer to a review, with what it rests on.</summary>
internal sealed record AdmissionDecision
{
    public required bool Allowed { get; init; }

    /// <summary>Whether it is allowed only because the policies that refuse it are in dry-run.</summary>
    public bool DryRun { get; init; }

    /// <summary>What the user reads behind "denied the request: "; empty where it is allowed.</summary>
    public string Message { get; init; } = "";

    /// <summary>403 for what is not attested, 400 for what cannot be read.</summary>
    public int Code { get; init; } = 403;

    /// <summary>Why, where the images alone do not say it.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public IReadOnlyList<string> Policies { get; init; } = [];

    public IReadOnlyList<ImageDecision> Images { get; init; } = [];

    public string Outcome => (Allowed, DryRun, Code) switch
    {
        (true, false, _) => "allowed",
        (true, true, _) => "dry-run",
        (_, _, 400) => "unreadable",
        _ => "denied",
    };

    public static AdmissionDecision Allow(string reason) => new() { Allowed = true, Reason = reason };

    public static AdmissionDecision Refuse(string reason) => new() { Allowed = false, Code = 400, Message = reason, Reason = reason };
}
