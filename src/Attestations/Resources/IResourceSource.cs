namespace Kritis.Events.Attestations.Resources;

/// <summary>Where the resources come from; the current set is swapped whole.</summary>
public interface IResourceSource
{
    /// <summary>The last valid set.</summary>
    ResourceSet Current { get; }

    /// <summary>Raised after <see cref="Current"/> was swapped. Handlers must be quick and not throw.</summary>
    event Action<ResourceSet>? Changed;
}
