namespace Kritis.Events.Verifier.Admission;

/// <summary>What an API server asks, as far as it was readable.</summary>
internal sealed record AdmissionRequest
{
    /// <summary>The review's own API version, which its answer must have too.</summary>
    public required string ApiVersion { get; init; }

    public required string Uid { get; init; }

    public string? Group { get; init; }

    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Operation { get; init; }

    public string? User { get; init; }

    /// <summary>The images of the object, as they are written, each once.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>The images that the object had before; null where there was none or they cannot be read.</summary>
    public IReadOnlySet<string>? OldImages { get; init; }

    /// <summary>Whether the object is a Pod, or a part of one, that runs as it is written.</summary>
    public bool IsPod => string.IsNullOrEmpty(Group) && Kind is ("Pod" or "EphemeralContainers");

    /// <summary>The value of the break-glass annotation of the Pod or of the template that Pods are made from; null where there is none.</summary>
    public string? BreakGlass { get; init; }

    /// <summary>Whether nothing will come of the request (<c>--dry-run=server</c>), so that it must leave no trace in the cluster.</summary>
    public bool LeavesNoTrace { get; init; }

    /// <summary>Why the review itself cannot be understood, whatever namespace it is about; null where it can.</summary>
    public string? ReviewProblem { get; init; }

    /// <summary>Why the images of its object cannot be read; null where they can.</summary>
    public string? ObjectProblem { get; init; }
}
