namespace Kritis.Events.Cli.EmbeddedRegistry.Manifests;

/// <summary>The kinds of manifests that are kept.</summary>
internal static class ManifestMediaTypes
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

    public static bool IsKnown(string? mediaType) => mediaType is OciManifest or OciIndex or DockerManifest or DockerList;

    public static bool IsIndex(string mediaType) => mediaType is OciIndex or DockerList;

    public static bool IsDocker(string mediaType) => mediaType is DockerManifest or DockerList;
}
