using System.Net.Http.Headers;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Registry.SignIn;

/// <summary>Where a registry's user name and password come from: its resource's own credentials, or Alibaba Cloud.</summary>
internal interface IRegistrySignIn
{
    /// <summary>Whether this is the way in for <paramref name="registry"/>.</summary>
    bool Serves(ConfiguredRegistry registry);

    /// <summary>The user name and password as HTTP Basic; null for a registry that asks for nothing.</summary>
    /// <exception cref="RegistryException">They cannot be had.</exception>
    ValueTask<AuthenticationHeaderValue?> GetAsync(ConfiguredRegistry registry, CancellationToken cancellationToken);

    /// <summary>The registry did not accept <paramref name="used"/>.</summary>
    /// <returns>Whether the next call may give another one.</returns>
    bool Reject(ConfiguredRegistry registry, AuthenticationHeaderValue used);
}
