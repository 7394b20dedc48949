using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// Tells images from what only looks like one. Signatures, attestations and SBOMs come as image manifests too: what names a
/// subject or an artifact type, has another configuration than an image's, or holds a layer no container could run on, is no image (G7).
/// </summary>
internal static class ManifestReader
{
    private const int MostChildren = 1000;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <exception cref="JsonException">Not a manifest; the message says why.</exception>
    public static RegistryManifest Read(ReadOnlyMemory<byte> content, string? answeredType)
    {
        using var document = JsonDocument.Parse(content, Strict);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("it is not a JSON object");
        }

        var mediaType = Text(root, "mediaType") ?? answeredType ?? "";
        if (answeredType is not null && mediaType != answeredType && (MediaTypes.IsIndex(mediaType) || MediaTypes.IsIndex(answeredType)))
        {
            throw new JsonException($"it is served as '{Excerpt.Of(answeredType)}' and calls itself '{Excerpt.Of(mediaType)}'");
        }

        if (MediaTypes.IsIndex(mediaType))
        {
            return ReadIndex(root, mediaType);
        }

        var kind = MediaTypes.IsManifest(mediaType) && IsImage(root) ? ManifestKind.Image : ManifestKind.Artifact;
        return new RegistryManifest { MediaType = mediaType, Kind = kind, Children = [] };
    }

    private static RegistryManifest ReadIndex(JsonElement root, string mediaType)
    {
        if (root.TryGetProperty("layers", out _) || root.TryGetProperty("config", out _))
        {
            throw new JsonException("it is an index and a manifest at once");
        }

        var isArtifact = root.TryGetProperty("subject", out _) || root.TryGetProperty("artifactType", out _);
        return new RegistryManifest
        {
            MediaType = mediaType,
            Kind = isArtifact ? ManifestKind.Artifact : ManifestKind.Index,
            Children = isArtifact ? [] : [.. Items(root, "manifests").Select(Child)],
        };
    }

    private static ManifestChild Child(JsonElement entry) => Digest.TryParse(Text(entry, "digest"), out var digest)
        ? new ManifestChild(digest, Text(entry, "mediaType") ?? "")
        : throw new JsonException("an entry of the index has no digest");

    private static bool IsImage(JsonElement root)
    {
        if (root.TryGetProperty("subject", out _) || root.TryGetProperty("artifactType", out _) || root.TryGetProperty("manifests", out _))
        {
            return false;
        }

        var isConfigured = root.TryGetProperty("config", out var config) && MediaTypes.IsImageConfig(Text(config, "mediaType"));
        return isConfigured && Items(root, "layers").TrueForAll(layer => MediaTypes.IsImageLayer(Text(layer, "mediaType")));
    }

    private static List<JsonElement> Items(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException($"'{name}' is not a list");
        }

        return list.GetArrayLength() <= MostChildren
            ? [.. list.EnumerateArray()]
            : throw new JsonException($"'{name}' has {list.GetArrayLength()} entries, more than {MostChildren}");
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
