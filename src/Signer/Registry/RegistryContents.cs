using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
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
        PagesAsync(registry, $"repository:{repository}:pull", $"{repository}/tags/list", "tags", cancellationToken);

    /// <summary>The digest that the registry names for a tag: a hint. Null where the tag is gone, or stands for no manifest.</summary>
    /// <exception cref="RegistryException">The registry answers something else, or cannot be asked.</exception>
    public async Task<Digest?> DigestOfAsync(ConfiguredRegistry registry, string repository, string tag, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(registry, repository, write: false, options.MostManifestBytes, () => Head(registry, repository, tag), cancellationToken);
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

    private static HttpRequestMessage Head(ConfiguredRegistry registry, string repository, string tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Head, RegistryClient.Address(registry, $"{repository}/manifests/{tag}"));
        foreach (var mediaType in MediaTypes.Manifests)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(mediaType));
        }

        return request;
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

/// <summary>One page of a list.</summary>
internal static class RegistryPage
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The names on the page; <c>null</c> in the place of the list means none.</summary>
    /// <exception cref="RegistryException">It is no page of such a list.</exception>
    public static IReadOnlyList<string> Read(ConfiguredRegistry registry, Uri page, BoundedAnswer answer, string member)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body, Strict);
            var list = document.RootElement.GetProperty(member);
            return list.ValueKind == JsonValueKind.Null ? [] : [.. list.EnumerateArray().Select(name => name.GetString() ?? "")];
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new RegistryException(RegistryException.AnswerUnreadable,
                $"registry '{registry.Name}' answered {page.AbsolutePath} with something that has no list '{member}': {Excerpt.Of(unreadable.Message)}", transient: false, unreadable);
        }
    }

    /// <summary>The address of the next page (RFC 8288, <c>rel="next"</c>), or null after the last one.</summary>
    /// <exception cref="RegistryException">It is not the same list at the registry's own address.</exception>
    public static Uri? Next(ConfiguredRegistry registry, Uri page, BoundedAnswer answer)
    {
        if (answer.Header("Link") is not { } link || !link.Contains("next", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var (begin, end) = (link.IndexOf('<', StringComparison.Ordinal), link.IndexOf('>', StringComparison.Ordinal));
        var isOwn = Uri.TryCreate(page, begin >= 0 && end > begin ? link[(begin + 1)..end] : "//", out var next)
            && next.Scheme == registry.Url.Scheme && next.Authority == registry.Url.Authority && next.AbsolutePath == page.AbsolutePath;
        return isOwn ? next : throw new RegistryException(RegistryException.Refused,
            $"registry '{registry.Name}' says that {page.AbsolutePath} goes on at '{Excerpt.Of(link)}', which is not the same list at its own address; nothing was sent there", transient: false);
    }
}
