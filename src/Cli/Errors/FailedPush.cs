using Kritis.Events.Contracts.Messages;
using RabbitMQ.Client;

namespace Kritis.Events.Cli.Errors;

/// <summary>A message of the error queue.</summary>
internal sealed record FailedPush
{
    /// <summary>The message itself.</summary>
    public required BasicGetResult Message { get; init; }

    /// <summary>The message's id, by which it is retried and dropped.</summary>
    public required string Id { get; init; }

    /// <summary>The push; null where the body is none.</summary>
    public ImagePushed? Push { get; init; }

    /// <summary>Why it failed, as far as its headers say.</summary>
    public string? Reason { get; init; }

    /// <summary>When it failed, as far as its headers say.</summary>
    public string? FailedAt { get; init; }
}
