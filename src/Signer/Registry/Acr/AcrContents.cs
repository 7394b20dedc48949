using System.Runtime.CompilerServices;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry.Acr;

/// <summary>
/// Lists an instance of Container Registry by Alibaba Cloud's API, because its registry lists no repositories. The lists of tags name digests, so that
/// each is asked about once in a process, for what it stands for.
/// </summary>
internal sealed class AcrContents(ContainerRegistry instances, DistributionContents distribution) : IRegistryContents
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<ListedRepository>> RepositoriesAsync(
        ConfiguredRegistry registry, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var inNamespace in instances.ListNamespacesAsync(registry).WithCancellation(cancellationToken))
        {
            await foreach (var page in instances.ListRepositoriesAsync(registry, inNamespace).Chunk(IContainerRegistryCalls.MostPerPage).WithCancellation(cancellationToken))
            {
                yield return [.. page.Select(repository => new ListedRepository($"{repository.Namespace}/{repository.Name}", repository.Id))];
            }
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<IReadOnlyList<ListedTag>> TagsAsync(ConfiguredRegistry registry, ListedRepository repository, CancellationToken cancellationToken) =>
        repository.Id is { } id ? TagsAsync(registry, id, cancellationToken) : distribution.TagsAsync(registry, repository, cancellationToken);

    private async IAsyncEnumerable<IReadOnlyList<ListedTag>> TagsAsync(
        ConfiguredRegistry registry, string repositoryId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in instances.ListTagsAsync(registry, repositoryId).Chunk(IContainerRegistryCalls.MostPerPage).WithCancellation(cancellationToken))
        {
            yield return [.. page.Select(tag => new ListedTag(tag.Tag, DigestOf(tag)))];
        }
    }

    // The API's examples have it without the algorithm, its answers with it.
    private static Digest? DigestOf(AcrTag tag) => Digest.TryParse(tag.Digest, out var digest) || Digest.TryParse($"sha256:{tag.Digest}", out digest) ? digest : null;
}
