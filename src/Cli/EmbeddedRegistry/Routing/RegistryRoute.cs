using Kritis.Events.Cli.EmbeddedRegistry.Names;

namespace Kritis.Events.Cli.EmbeddedRegistry.Routing;

/// <summary>What a path below <c>/v2/</c> names.</summary>
internal enum RegistryResource
{
    Version,
    Catalog,
    Tags,
    Manifest,
    Blob,
    Uploads,
    Upload,
    Referrers,
}

/// <summary>A resource of a repository.</summary>
/// <param name="Resource">Its kind.</param>
/// <param name="Repository">Its repository; null for <see cref="RegistryResource.Version"/> and <see cref="RegistryResource.Catalog"/>.</param>
/// <param name="Argument">The path's last part: tag, digest or upload id, not yet validated.</param>
internal sealed record RegistryRoute(RegistryResource Resource, RepositoryName? Repository, string Argument)
{
    /// <summary>
    /// Reads a path from its end, because a repository's name has any number of slashes
    /// and may itself have parts such as <c>manifests</c> or <c>blobs</c>.
    /// </summary>
    /// <param name="path">The path behind <c>/v2</c>, decoded.</param>
    /// <param name="route">The route, where there is one.</param>
    /// <returns>Null, or the answer to a path that names nothing.</returns>
    public static RegistryError? Read(string path, out RegistryRoute route)
    {
        route = new RegistryRoute(RegistryResource.Version, null, "");
        if (path is "" or "/")
        {
            return null;
        }

        if (path == "/_catalog")
        {
            route = route with { Resource = RegistryResource.Catalog };
            return null;
        }

        if (Match(path[1..].Split('/')) is not var (resource, name, argument))
        {
            return RegistryError.NoSuchPath();
        }

        if (!RepositoryName.TryParse(name, out var repository))
        {
            return RegistryError.NameInvalid(name);
        }

        route = new RegistryRoute(resource, repository, argument);
        return null;
    }

    private static (RegistryResource Resource, string Name, string Argument)? Match(string[] parts) => parts switch
    {
        [.. var name, "tags", "list"] => (RegistryResource.Tags, Join(name), ""),
        [.. var name, "manifests", var reference] => (RegistryResource.Manifest, Join(name), reference),
        [.. var name, "blobs", "uploads", ""] => (RegistryResource.Uploads, Join(name), ""),
        [.. var name, "blobs", "uploads", var id] => (RegistryResource.Upload, Join(name), id),
        [.. var name, "blobs", "uploads"] => (RegistryResource.Uploads, Join(name), ""),
        [.. var name, "blobs", var digest] => (RegistryResource.Blob, Join(name), digest),
        [.. var name, "referrers", var digest] => (RegistryResource.Referrers, Join(name), digest),
        _ => null,
    };

    private static string Join(string[] parts) => string.Join('/', parts);
}
