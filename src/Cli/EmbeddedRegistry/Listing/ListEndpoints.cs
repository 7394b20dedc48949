using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Cli.EmbeddedRegistry.Routing;
using Kritis.Events.Cli.EmbeddedRegistry.Storage;

namespace Kritis.Events.Cli.EmbeddedRegistry.Listing;

/// <summary>The answer to <c>tags/list</c>.</summary>
internal sealed record TagList(string Name, IReadOnlyList<string> Tags);

/// <summary>The answer to <c>_catalog</c>.</summary>
internal sealed record Catalog(IReadOnlyList<string> Repositories);

/// <summary>Lists of tags and of repositories.</summary>
internal sealed class ListEndpoints(ManifestStore manifests)
{
    public IResult Tags(HttpContext context, RepositoryName repository)
    {
        if (PageRequest.Read(context.Request, out var page) is { } error)
        {
            return error;
        }

        if (!manifests.HasRepository(repository))
        {
            return RegistryError.NameUnknown(repository);
        }

        var tags = manifests.Tags(repository).Select(tag => tag.Value).Order(StringComparer.Ordinal).ToList();
        return TypedResults.Json(new TagList(repository.Value, page.Of(tags, context)), RegistryJson.Readable.TagList);
    }

    public IResult Repositories(HttpContext context) => PageRequest.Read(context.Request, out var page) is { } error
        ? error
        : TypedResults.Json(new Catalog(page.Of(manifests.Repositories(), context)), RegistryJson.Readable.Catalog);
}
