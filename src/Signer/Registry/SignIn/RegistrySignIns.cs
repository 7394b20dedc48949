using System.Net.Http.Headers;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Registry.SignIn;

/// <summary>The ways into registries.</summary>
internal sealed class RegistrySignIns(IEnumerable<IRegistrySignIn> adapters)
{
    /// <inheritdoc cref="IRegistrySignIn.GetAsync"/>
    public ValueTask<AuthenticationHeaderValue?> GetAsync(ConfiguredRegistry registry, CancellationToken cancellationToken) =>
        Of(registry).GetAsync(registry, cancellationToken);

    /// <summary>Sends a request with the registry's password, and once more with another one where the first was not accepted and there is another.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="send">Sends the request with this header.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<BoundedAnswer> SendAsync(
        ConfiguredRegistry registry, Func<AuthenticationHeaderValue?, Task<BoundedAnswer>> send, CancellationToken cancellationToken)
    {
        var password = await GetAsync(registry, cancellationToken);
        var answer = await send(password);
        return answer.Status == System.Net.HttpStatusCode.Unauthorized && password is not null && Of(registry).Reject(registry, password)
            ? await send(await GetAsync(registry, cancellationToken))
            : answer;
    }

    private IRegistrySignIn Of(ConfiguredRegistry registry) => adapters.First(adapter => adapter.Serves(registry));
}
