using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>Resources that never change.</summary>
internal sealed class FixedResources(ResourceSet current) : IResourceSource
{
    public event Action<ResourceSet>? Changed
    {
        add { }
        remove { }
    }

    public ResourceSet Current { get; } = current;
}
