using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Tests.Intake;

/// <summary>Resources that never change.</summary>
internal sealed class FixedResources(ResourceSet set) : IResourceSource
{
    public event Action<ResourceSet>? Changed
    {
        add { }
        remove { }
    }

    public ResourceSet Current => set;
}
