using Kritis.Events.Attestations.Resources;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.AlibabaCloud.Rpc;

namespace Kritis.Events.Signer.Registry.Acr;

/// <summary>Container Registry's API with its paging and what may pass tried again.</summary>
internal sealed class ContainerRegistry(IContainerRegistryCalls calls, CallPolicy policy)
{
    // Far more than an instance may have; ends a listing that would not end by itself.
    private const int MostPages = 10_000;

    /// <summary>A password of the instance's registry.</summary>
    /// <exception cref="RegistryException">It cannot be had.</exception>
    public Task<AcrPassword> GetPasswordAsync(ConfiguredRegistry registry, CancellationToken cancellationToken) =>
        CallAsync(registry, "GetAuthorizationToken", (instance, running) => calls.GetAuthorizationTokenAsync(instance, running), cancellationToken);

    /// <summary>The namespaces, those that the resource names alone.</summary>
    /// <exception cref="RegistryException">They cannot be had.</exception>
    public IAsyncEnumerable<string> ListNamespacesAsync(ConfiguredRegistry registry)
    {
        var wanted = registry.Acr!.Namespaces.Select(GlobPattern.Parse).ToArray();
        return PagesAsync(registry, "ListNamespace", calls.ListNamespacesAsync)
            .Where(name => Array.Exists(wanted, pattern => pattern.IsMatch(name)));
    }

    /// <summary>The repositories of a namespace.</summary>
    /// <exception cref="RegistryException">They cannot be had.</exception>
    public IAsyncEnumerable<AcrRepository> ListRepositoriesAsync(ConfiguredRegistry registry, string inNamespace) =>
        PagesAsync(registry, "ListRepository", (instance, page, running) => calls.ListRepositoriesAsync(instance, inNamespace, page, running));

    /// <summary>The tags of a repository.</summary>
    /// <exception cref="RegistryException">They cannot be had.</exception>
    public IAsyncEnumerable<AcrTag> ListTagsAsync(ConfiguredRegistry registry, string repositoryId) =>
        PagesAsync(registry, "ListRepoTag", (instance, page, running) => calls.ListTagsAsync(instance, repositoryId, page, running));

    private async IAsyncEnumerable<T> PagesAsync<T>(
        ConfiguredRegistry registry,
        string action,
        Func<AcrInstance, int, CancellationToken, Task<IReadOnlyList<T>>> ask,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var page = 1; page <= MostPages; page++)
        {
            var items = await CallAsync(registry, action, (instance, running) => ask(instance, page, running), cancellationToken);
            foreach (var item in items)
            {
                yield return item;
            }

            if (items.Count < IContainerRegistryCalls.MostPerPage)
            {
                yield break;
            }
        }
    }

    private async Task<T> CallAsync<T>(
        ConfiguredRegistry registry, string action, Func<AcrInstance, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await policy.ExecuteAsync((RpcService.ContainerRegistry.Name, action), null, running => ask(registry.Acr!, running), cancellationToken);
        }
        catch (AlibabaCloudException failure)
        {
            var code = failure switch
            {
                { Throttled: true } => RegistryException.Throttled,
                { Transient: true } => RegistryException.Unavailable,
                _ when ErrorCodes.IsForbidden(failure.Code) || failure.Code == AlibabaCloudException.NoCredentials => RegistryException.Unauthorized,
                _ => RegistryException.Refused,
            };
            throw new RegistryException(code, $"registry '{registry.Name}', instance {registry.Acr!.InstanceId}: {failure.Message}", failure.Transient, failure);
        }
    }
}
