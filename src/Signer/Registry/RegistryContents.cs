using Kritis.Events.Attestations.Resources;
using Kritis.Events.Signer.Registry.Acr;

namespace Kritis.Events.Signer.Registry;

/// <summary>Chooses who lists a registry's content.</summary>
internal sealed class RegistryContents(DistributionContents distribution, AcrContents instances)
{
    public IRegistryContents Of(ConfiguredRegistry registry) => registry.Acr is null ? distribution : instances;
}
