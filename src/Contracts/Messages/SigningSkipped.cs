using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Contracts.Messages;

/// <summary>
/// A push needs no signature, or gets none of the rules that <see cref="Explanation"/> names, and why. Exchange <c>kritis.signing-skipped</c>.
/// </summary>
public sealed record SigningSkipped
{
    /// <summary>The push event.</summary>
    public required string EventId { get; init; }

    /// <summary>What was pushed.</summary>
    public required Image Image { get; init; }

    /// <summary>The tag it was pushed under.</summary>
    public string? Tag { get; init; }

    /// <summary>One word for programs: <c>NoRule</c>, <c>ManualRule</c>, <c>AlreadyAttested</c>, <c>NotAnImage</c>, <c>UnknownRegistry</c>, <c>Revoked</c>, <c>TagNotConfirmed</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The same for people, in a sentence.</summary>
    public required string Explanation { get; init; }

    /// <summary>When it was decided, UTC.</summary>
    public required DateTimeOffset SkippedAt { get; init; }
}
