using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Contracts.Messages;

/// <summary>
/// A push should have been signed and was not. The push itself is kept in the error queue. Exchange <c>kritis.signing-failed</c>.
/// </summary>
public sealed record SigningFailed
{
    /// <summary>The push event.</summary>
    public required string EventId { get; init; }

    /// <summary>What was pushed.</summary>
    public required Image Image { get; init; }

    /// <summary>The tag it was pushed under.</summary>
    public string? Tag { get; init; }

    /// <summary>The rule that asked for the signature, where one could be found.</summary>
    public string? Rule { get; init; }

    /// <summary>The witness that should have signed.</summary>
    public string? Witness { get; init; }

    /// <summary>The key that should have been used.</summary>
    public string? KeyId { get; init; }

    /// <summary>One word for programs, for example <c>RegistryUnavailable</c>, <c>NotInRegistry</c>, <c>KeyDisabled</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What happened and what to do, for people.</summary>
    public required string Error { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it was given up, UTC.</summary>
    public required DateTimeOffset FailedAt { get; init; }
}
