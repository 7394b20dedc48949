namespace Kritis.Events.Attestations.Resources;

/// <summary>Where the resources come from; the current set is swapped whole.</summary>
public interface IResourceSource
{
    /// <summary>The last valid set; before <see cref="FirstRead"/> one that refuses everything.</summary>
    ResourceSet Current { get; }

    /// <summary>Completes once the resources were read; before that nothing may be concluded from what is not in <see cref="Current"/>.</summary>
    Task FirstRead => Task.CompletedTask;

    /// <summary>Raised after <see cref="Current"/> was swapped. Handlers must be quick and not throw.</summary>
    event Action<ResourceSet>? Changed;
}
