using System.Runtime.CompilerServices;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// Lists through the OCI distribution API ("listing tags"; CNCF Distribution: "listing repositories"). Pages are bounded in bytes and number, stay at the
/// registry's own address and may not repeat themselves.
/// </summary>
internal sealed class DistributionContents(RegistryClient client, RegistryClientOptions options) : IRegistryContents
{
    private const string CatalogueScope = "registry:catalog:*";
    private const int PageSize = 100;
    private const int MostPages = 10_000;

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<ListedRepository>> RepositoriesAsync(ConfiguredRegistry registry, CancellationToken cancellationToken) =>
        PagesAsync(registry, CatalogueScope, "_catalog", "repositories", name => new ListedRepository(name), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<ListedTag>> TagsAsync(ConfiguredRegistry registry, ListedRepository repository, CancellationToken cancellationToken) =>
        PagesAsync(registry, RegistryClient.Scope(repository.Name, write: false), $"{repository.Name}/tags/list", "tags", name => new ListedTag(name), cancellationToken);

    private async IAsyncEnumerable<IReadOnlyList<T>> PagesAsync<T>(
        ConfiguredRegistry registry, string scope, string path, string member, Func<string, T> listed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var address = RegistryClient.Address(registry, $"{path}?n={PageSize}");
        for (var pages = 1; ; pages++)
        {
            var page = address;
            var answer = await client.SendAsync(registry, scope, options.MostManifestBytes, () => new HttpRequestMessage(HttpMethod.Get, page), cancellationToken);
            if (!answer.IsSuccess)
            {
                throw answer.Failure(registry, page.PathAndQuery);
            }

            var fresh = RegistryPage.Read(registry, page, answer, member).Where(known.Add).ToArray();
            yield return [.. fresh.Select(listed)];
            if (RegistryPage.Next(registry, page, answer) is not { } next)
            {
                yield break;
            }

            if (fresh.Length == 0 || pages == MostPages)
            {
                throw new RegistryException(RegistryException.AnswerUnreadable,
                    $"registry '{registry.Name}' does not come to an end with {page.AbsolutePath}: page {pages} brings nothing new, or is one of more than {MostPages}", transient: false);
            }

            address = next;
        }
    }
}
