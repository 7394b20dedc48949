using Kritis.Events.Attestations.Resources;
using Kritis.Events.Signer.AlibabaCloud;

namespace Kritis.Events.Signer.Registry.Acr;

/// <summary>
/// The operations of Container Registry Enterprise Edition (API 2018-12-01) that are used here, each one attempt. Adapters: this project's own protocol
/// client, and the official SDK where the build has it.
/// </summary>
internal interface IContainerRegistryCalls
{
    /// <summary>The most entries of a page.</summary>
    const int MostPerPage = 100;

    /// <summary><c>GetAuthorizationToken</c>: a password of the registry for a while.</summary>
    /// <exception cref="AlibabaCloudException">It was refused or not answered.</exception>
    Task<AcrPassword> GetAuthorizationTokenAsync(AcrInstance instance, CancellationToken cancellationToken);

    /// <summary><c>ListNamespace</c>: one page of namespaces' names.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="page">From 1.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="AlibabaCloudException">It was refused or not answered.</exception>
    Task<IReadOnlyList<string>> ListNamespacesAsync(AcrInstance instance, int page, CancellationToken cancellationToken);

    /// <summary><c>ListRepository</c>: one page of the repositories of a namespace.</summary>
    /// <exception cref="AlibabaCloudException">It was refused or not answered.</exception>
    Task<IReadOnlyList<AcrRepository>> ListRepositoriesAsync(AcrInstance instance, string inNamespace, int page, CancellationToken cancellationToken);

    /// <summary><c>ListRepoTag</c>: one page of the tags of a repository.</summary>
    /// <exception cref="AlibabaCloudException">It was refused or not answered.</exception>
    Task<IReadOnlyList<AcrTag>> ListTagsAsync(AcrInstance instance, string repositoryId, int page, CancellationToken cancellationToken);
}

/// <summary>A temporary password.</summary>
internal sealed record AcrPassword
{
    /// <summary>The user name that goes with it.</summary>
    public required string Username { get; init; }

    /// <summary>The password.</summary>
    public required string Password { get; init; }

    /// <summary>When it ends, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Shows no secret.</summary>
    public override string ToString() => $"{Username} until {ExpiresAt:O}";
}

/// <summary>A repository.</summary>
/// <param name="Id">Container Registry's own id, <c>crr-…</c>.</param>
/// <param name="Namespace">The namespace's name.</param>
/// <param name="Name">The name below the namespace.</param>
internal sealed record AcrRepository(string Id, string Namespace, string Name);

/// <summary>A tag.</summary>
/// <param name="Tag">Its name.</param>
/// <param name="Digest">What it points to, as it is written there.</param>
internal sealed record AcrTag(string Tag, string Digest);
