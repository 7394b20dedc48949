using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>Resources that a test sets.</summary>
internal sealed class FixedResources(ResourceSet current) : IResourceSource
{
    public event Action<ResourceSet>? Changed;

    public ResourceSet Current { get; private set; } = current;

    public bool IsListenedTo => Changed is not null;

    public void Swap(ResourceSet next)
    {
        Current = next;
        Changed?.Invoke(next);
    }
}
