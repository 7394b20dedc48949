namespace Kritis.Events.Verifier.Events;

/// <summary>Something that is told in the cluster as an Event of type Warning. Two that are equal are the same thing happening again.</summary>
internal sealed record EventNotice
{
    /// <summary>Why, as one word: what <c>kubectl get events --field-selector reason=…</c> looks for.</summary>
    public required string Reason { get; init; }

    /// <summary>The namespace that the Event lies in, which need not be the object's.</summary>
    public required string Namespace { get; init; }

    /// <summary>What was done when it happened, as one word.</summary>
    public required string Action { get; init; }

    /// <summary>The object that it is about.</summary>
    public required EventSubject Subject { get; init; }

    /// <summary>What happened, for people; at most <see cref="EventText.MostBytes"/>.</summary>
    public required string Message { get; init; }
}

/// <summary>An object that an Event is about, as far as it is known.</summary>
internal sealed record EventSubject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Uid { get; init; }

    /// <summary><c>Kind namespace/name</c>, for people.</summary>
    public override string ToString() => $"{Kind ?? "object"} {Namespace}/{(string.IsNullOrEmpty(Name) ? "(not named yet)" : Name)}";
}
