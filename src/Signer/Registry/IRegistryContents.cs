using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// Lists what a registry holds. All of it is a hint: whoever signs asks for the manifest itself. Adapters: the OCI distribution API, and Container
/// Registry's own lists.
/// </summary>
internal interface IRegistryContents
{
    /// <summary>The repositories, a page at a time.</summary>
    /// <exception cref="RegistryException">The registry lists none, or not in a way that can be believed.</exception>
    IAsyncEnumerable<IReadOnlyList<ListedRepository>> RepositoriesAsync(ConfiguredRegistry registry, CancellationToken cancellationToken);

    /// <summary>The tags of <paramref name="repository"/>, a page at a time.</summary>
    /// <exception cref="RegistryException">The registry lists none, or not in a way that can be believed.</exception>
    IAsyncEnumerable<IReadOnlyList<ListedTag>> TagsAsync(ConfiguredRegistry registry, ListedRepository repository, CancellationToken cancellationToken);
}

/// <summary>A repository as a list has it.</summary>
/// <param name="Name">Its path below the host.</param>
/// <param name="Id">The registry's own id for it, where it has one.</param>
internal sealed record ListedRepository(string Name, string? Id = null);

/// <summary>A tag as a list has it.</summary>
/// <param name="Name">The tag.</param>
/// <param name="Digest">What it stands for, where the list says so.</param>
internal sealed record ListedTag(string Name, Digest? Digest = null);
