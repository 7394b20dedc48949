using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Contracts.Messages;

/// <summary>A registry says that an image was pushed. A hint, never a proof. Exchange <c>kritis.image-pushed</c>.</summary>
public sealed record ImagePushed
{
    /// <summary>The registry's own id of the event; the intake's where it sent none.</summary>
    public required string EventId { get; init; }

    /// <summary>What was pushed, under the name that is signed (registry aliases already resolved).</summary>
    public required Image Image { get; init; }

    /// <summary>The tag it was pushed under, or null for a push by digest.</summary>
    public string? Tag { get; init; }

    /// <summary>The manifest's media type as the registry told it.</summary>
    public string? MediaType { get; init; }

    /// <summary>Which intake took it: <c>distribution</c>, <c>acr</c>, <c>eventbridge</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Who pushed, as far as the registry says so.</summary>
    public string? Actor { get; init; }

    /// <summary>When it was pushed, by the registry's clock.</summary>
    public DateTimeOffset? PushedAt { get; init; }

    /// <summary>When the intake took it, UTC.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
}
