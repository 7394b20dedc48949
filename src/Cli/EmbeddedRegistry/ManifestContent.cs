using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>What a pushed manifest refers to.</summary>
internal sealed record ManifestContent(string MediaType, IReadOnlyList<ManifestReference> Blobs, IReadOnlyList<ManifestReference> Manifests)
{
    private static readonly string[] MediaTypes =
    [
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ];

    /// <exception cref="JsonException">It is no manifest of a known kind.</exception>
    public static ManifestContent Read(byte[] content, string? contentType)
    {
        using var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false });
        var root = document.RootElement;
        var mediaType = Text(root, "mediaType") ?? contentType ?? "";
        if (!MediaTypes.Contains(mediaType))
        {
            throw new JsonException($"'{Excerpt.Of(mediaType)}' is no media type of a manifest");
        }

        var isIndex = mediaType.Contains("index", StringComparison.Ordinal) || mediaType.Contains("list", StringComparison.Ordinal);
        return isIndex
            ? new ManifestContent(mediaType, [], References(root, "manifests"))
            : new ManifestContent(mediaType, [Reference(root.GetProperty("config")), .. References(root, "layers")], []);
    }

    private static List<ManifestReference> References(JsonElement root, string name) =>
        [.. root.GetProperty(name).EnumerateArray().Select(Reference)];

    private static ManifestReference Reference(JsonElement element) => Digest.TryParse(Text(element, "digest"), out var digest)
        ? new ManifestReference(Text(element, "mediaType") ?? "", element.GetProperty("size").GetInt64(), digest)
        : throw new JsonException("a descriptor has no digest");

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>A descriptor (OCI image specification, "Descriptor").</summary>
internal sealed record ManifestReference(string MediaType, long Size, Digest Digest);
