using System.Runtime.CompilerServices;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// Lists what a registry holds (OCI distribution specification: "listing tags"; CNCF Distribution: "listing repositories"). All of it is a hint: whoever
/// signs asks for the manifest itself. Pages are bounded in bytes and number, stay at the registry's own address and may not repeat themselves.
/// </summary>
internal sealed class RegistryContents(RegistryClient client, DistributionRegistry registries, RegistryClientOptions options)
{
    private const string CatalogueScope = "registry:catalog:*";
    private const int PageSize = 100;
    private const int MostPages = 10_000;

    /// <summary>The repositories, a page at a time.</summary>
    /// <exception cref="RegistryException">The registry lists none, or not in a way that can be believed.</exception>
    public IAsyncEnumerable<IReadOnlyList<string>> RepositoriesAsync(ConfiguredRegistry registry, CancellationToken cancellationToken) =>
        PagesAsync(registry, CatalogueScope, "_catalog", "repositories", cancellationToken);

    /// <summary>The tags of <paramref name="repository"/>, a page at a time.</summary>
    /// <exception cref="RegistryException">The registry lists none, or not in a way that can be believed.</exception>
    public IAsyncEnumerable<IReadOnlyList<string>> TagsAsync(ConfiguredRegistry registry, string repository, CancellationToken cancellationToken) =>
        PagesAsync(registry, RegistryClient.Scope(repository, write: false), $"{repository}/tags/list", "tags", cancellationToken);

    /// <summary>The digest that the registry names for a tag: a hint. Null where the tag is gone, or stands for no manifest.</summary>
    /// <exception cref="RegistryException">The registry answers something else, or cannot be asked.</exception>
    public async Task<Digest?> DigestOfAsync(ConfiguredRegistry registry, string repository, string tag, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(registry, repository, write: false, options.MostManifestBytes,
            () => RegistryClient.ManifestRequest(HttpMethod.Head, registry, repository, tag), cancellationToken);
        if (answer.Status == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }

        if (!answer.IsSuccess)
        {
            throw answer.Failure(registry, $"{registry.Host}/{repository}:{tag}");
        }

        if (!MediaTypes.IsManifest(answer.MediaType) && !MediaTypes.IsIndex(answer.MediaType))
        {
            return null;
        }

        return Digest.TryParse(answer.Header("Docker-Content-Digest"), out var digest)
            ? digest
            : await registries.ResolveTagAsync(registry, repository, tag, cancellationToken);
    }

    private async IAsyncEnumerable<IReadOnlyList<string>> PagesAsync(
        ConfiguredRegistry registry, string scope, string path, string member, [EnumeratorCancellation] CancellationToken cancellationToken)
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
            yield return fresh;
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
