namespace Kritis.Events.Cli.EmbeddedRegistry.Routing;

/// <summary>Header names of the distribution API that HTTP itself does not have.</summary>
internal static class RegistryHeaders
{
    public const string ApiVersion = "Docker-Distribution-Api-Version";
    public const string ContentDigest = "Docker-Content-Digest";
    public const string UploadId = "Docker-Upload-UUID";
    public const string Subject = "OCI-Subject";
    public const string FiltersApplied = "OCI-Filters-Applied";
}
