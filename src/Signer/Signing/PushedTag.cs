using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Signer.Signing;

/// <summary>Asks the registry what a pushed tag stands for: whoever can write to the bus can name any tag beside a digest (G1).</summary>
internal sealed class PushedTag(DistributionRegistry registries)
{
    /// <summary>Why the tag does not stand for the image, or null where the registry itself names that digest for it now.</summary>
    /// <exception cref="RegistryException">The registry cannot be asked.</exception>
    public async Task<string?> ProblemAsync(SigningRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var digest = await registries.ResolveTagAsync(request.Registry, request.Image.Repository, request.Tag!, cancellationToken);
            return digest == request.Image.Digest ? null : $"the registry holds {digest} under it";
        }
        catch (RegistryException absent) when (absent.Code == RegistryException.NotInRegistry)
        {
            return "the registry has no such tag";
        }
    }
}
