using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.EndToEnd.System;

/// <summary>Resources that do not change.</summary>
internal sealed class ReadOnce(ResourceSet set) : IResourceSource
{
    public event Action<ResourceSet>? Changed
    {
        add { }
        remove { }
    }

    public ResourceSet Current => set;
}
