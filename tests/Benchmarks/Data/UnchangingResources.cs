using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>Resources that stay as they are.</summary>
internal sealed class UnchangingResources(ResourceSet current) : IResourceSource
{
    public event Action<ResourceSet>? Changed
    {
        add { }
        remove { }
    }

    public ResourceSet Current => current;
}
