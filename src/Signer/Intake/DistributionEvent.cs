using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Intake;

/// <summary>One event of an envelope, as far as the intake needs it.</summary>
internal abstract record DistributionEvent;

/// <summary>An event that leads to nothing.</summary>
/// <param name="Reason">Why: one of <see cref="IgnoredReason"/>.</param>
internal sealed record IgnoredEvent(string Reason) : DistributionEvent;

/// <summary>A manifest was pushed that may be an image.</summary>
internal sealed record PushEvent : DistributionEvent
{
    /// <summary>The registry's id of the event, or null where it sent none.</summary>
    public string? Id { get; init; }

    /// <summary>The manifest's media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>The repository, lawfully written.</summary>
    public required string Repository { get; init; }

    /// <summary>The manifest's digest.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The tag, lawfully written, or null for a push by digest.</summary>
    public string? Tag { get; init; }

    /// <summary>The hosts under which the push reached the registry, the registry's own word first. Whoever pushes chooses them: unchecked.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>Who pushed, fit for a message.</summary>
    public string? Actor { get; init; }

    /// <summary>When, by the registry's clock.</summary>
    public DateTimeOffset? PushedAt { get; init; }

    /// <summary>The image under <paramref name="registry"/>, or null where the two make no lawful name.</summary>
    public Image? ImageIn(string registry) =>
        Image.TryParse($"{registry}/{Repository}@{Digest}", out var image, out _) ? image : null;
}
