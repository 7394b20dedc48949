using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Intake.Acr;

/// <summary>What an event of Container Registry says of a push. It names no host: which registry it is, is configured.</summary>
internal sealed record AcrPush
{
    /// <summary>The sender's id of the event, or null where it sent none.</summary>
    public string? Id { get; init; }

    /// <summary>The instance, or null in webhooks, which do not name it.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The region.</summary>
    public required string Region { get; init; }

    /// <summary>The namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Namespace and name, lawfully written apart from capitals.</summary>
    public required string Repository { get; init; }

    /// <summary>The digest, or null where the event carries none; then there is a tag.</summary>
    public Digest? Digest { get; init; }

    /// <summary>The tag, lawfully written.</summary>
    public string? Tag { get; init; }

    /// <summary>The account, fit for a message.</summary>
    public string? Actor { get; init; }

    /// <summary>When, by Alibaba Cloud's clock.</summary>
    public DateTimeOffset? PushedAt { get; init; }

    /// <summary>Which intake read it: <c>acr</c> or <c>eventbridge</c>.</summary>
    public required string Source { get; init; }

    /// <summary>What was pushed, for logs.</summary>
    public override string ToString() => $"Push of {Repository}{(Tag is null ? "" : $":{Tag}")} in {Region}{(InstanceId is null ? "" : $", instance {InstanceId}")}";
}
