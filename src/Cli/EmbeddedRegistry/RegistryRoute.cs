using System.Text.RegularExpressions;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>
/// What a path below <c>/v2/</c> asks for. A repository's name may hold slashes, so the path is read from its end. Names are held against
/// the distribution grammar before they come near a file name.
/// </summary>
internal sealed partial record RegistryRoute(RegistryResource Resource, string Repository, string Reference)
{
    private static readonly (string Marker, RegistryResource Resource)[] Markers =
    [
        ("/blobs/uploads/", RegistryResource.Upload),
        ("/blobs/", RegistryResource.Blob),
        ("/manifests/", RegistryResource.Manifest),
    ];

    public static RegistryRoute? Parse(string path)
    {
        if (path.Length == 0)
        {
            return new RegistryRoute(RegistryResource.Root, "", "");
        }

        if (path == "_catalog")
        {
            return new RegistryRoute(RegistryResource.Catalog, "", "");
        }

        if (path.EndsWith("/tags/list", StringComparison.Ordinal))
        {
            return Checked(RegistryResource.Tags, path[..^"/tags/list".Length], "");
        }

        if (path.EndsWith("/blobs/uploads", StringComparison.Ordinal))
        {
            path += "/";
        }

        foreach (var (marker, resource) in Markers)
        {
            var at = path.LastIndexOf(marker, StringComparison.Ordinal);
            if (at > 0)
            {
                return Checked(resource, path[..at], path[(at + marker.Length)..]);
            }
        }

        return null;
    }

    public bool HasDigest(out Digest digest) => Digest.TryParse(Reference, out digest);

    public bool HasTag => TagPattern().IsMatch(Reference);

    public bool HasUpload => Reference.Length == 0 || UploadPattern().IsMatch(Reference);

    public static bool IsRepository(string name) =>
        !name.Contains(':', StringComparison.Ordinal) && !name.Contains('@', StringComparison.Ordinal)
        && ImageReference.TryParse($"registry.local/{name}", out var reference, out _) && reference.Repository == name;

    private static RegistryRoute? Checked(RegistryResource resource, string repository, string reference) =>
        IsRepository(repository) ? new RegistryRoute(resource, repository, reference) : null;

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"\A[0-9a-f]{32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex UploadPattern();
}

/// <summary>The parts of the distribution API.</summary>
internal enum RegistryResource
{
    Root,
    Catalog,
    Tags,
    Manifest,
    Blob,
    Upload,
}
