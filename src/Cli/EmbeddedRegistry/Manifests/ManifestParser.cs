using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Manifests;

/// <summary>
/// Reads manifests that anybody pushed. A member that stands twice, or a manifest that is an index as well,
/// would be read differently by different programs (CVE-2021-41190) and is refused.
/// </summary>
internal static class ManifestParser
{
    private const int MostReferences = 1000;
    private const int MostMediaTypeCharacters = 255;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Reads a manifest.</summary>
    /// <param name="bytes">The manifest, whose size the caller has limited.</param>
    /// <param name="contentType">The request's media type without parameters, or null where it has none.</param>
    /// <param name="manifest">The manifest, where it is valid.</param>
    /// <param name="problem">What is wrong with it otherwise: a clause without a full stop.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> bytes,
        string? contentType,
        [NotNullWhen(true)] out ManifestDocument? manifest,
        [NotNullWhen(false)] out string? problem)
    {
        manifest = null;
        problem = null;
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            manifest = Read(document.RootElement, contentType);
        }
        catch (JsonException exception)
        {
            problem = $"it is not JSON, or a member stands twice (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})";
        }
        catch (FormatException exception)
        {
            problem = exception.Message;
        }
        catch (InvalidOperationException)
        {
            // The document's way to say that a text is no UTF-8 or has half a surrogate pair.
            problem = "a text in it is not valid Unicode";
        }

        return manifest is not null;
    }

    private static ManifestDocument Read(JsonElement root, string? contentType)
    {
        Require(root.ValueKind == JsonValueKind.Object, "it is not a JSON object");
        Require(Member(root, "schemaVersion") is { ValueKind: JsonValueKind.Number } version && version.TryGetInt32(out var number) && number == 2,
            "'schemaVersion' is not 2");
        var mediaType = MediaTypeOf(root, contentType);
        return new ManifestDocument
        {
            MediaType = mediaType,
            References = ManifestMediaTypes.IsIndex(mediaType) ? ChildrenOf(root) : ConfigAndLayersOf(root),
            Subject = Member(root, "subject") is { } subject ? DescriptorOf(subject, "subject").Digest : null,
            ArtifactType = Text(root, "artifactType") ?? ConfigTypeOf(root),
            Annotations = AnnotationsOf(root),
        };
    }

    private static string MediaTypeOf(JsonElement root, string? contentType)
    {
        var written = Text(root, "mediaType");
        var mediaType = contentType ?? written;
        Require(mediaType is not null, "neither 'Content-Type' nor 'mediaType' says what it is");
        Require(ManifestMediaTypes.IsKnown(mediaType), $"the media type '{Excerpt.Of(mediaType)}' is not supported");
        Require(written is null || written == mediaType,
            $"'mediaType' is '{Excerpt.Of(written)}' but 'Content-Type' is '{Excerpt.Of(mediaType)}'");
        Require(written is not null || !ManifestMediaTypes.IsDocker(mediaType!), "'mediaType' is missing");
        return mediaType!;
    }

    private static List<ReferencedContent> ChildrenOf(JsonElement root)
    {
        Require(Member(root, "config") is null && Member(root, "layers") is null, "it is an index but has 'config' or 'layers'");
        return ListOf(root, "manifests");
    }

    private static List<ReferencedContent> ConfigAndLayersOf(JsonElement root)
    {
        Require(Member(root, "manifests") is null && Member(root, "fsLayers") is null, "it is no index but has 'manifests' or 'fsLayers'");
        Require(Member(root, "config") is not null, "'config' is missing");
        var config = DescriptorOf(Member(root, "config")!.Value, "config");
        return [new ReferencedContent(config, false), .. ListOf(root, "layers")];
    }

    private static List<ReferencedContent> ListOf(JsonElement root, string name)
    {
        if (Member(root, name) is not { } list)
        {
            return [];
        }

        Require(list.ValueKind == JsonValueKind.Array, $"'{name}' is not a list");
        Require(list.GetArrayLength() <= MostReferences, $"'{name}' has more than {MostReferences} entries");
        return [.. list.EnumerateArray().Select((entry, index) => ReferenceOf(entry, $"{name}[{index}]"))];
    }

    private static ReferencedContent ReferenceOf(JsonElement entry, string where)
    {
        var descriptor = DescriptorOf(entry, where);
        var isForeign = descriptor.MediaType.StartsWith("application/vnd.docker.image.rootfs.foreign.", StringComparison.Ordinal)
            || descriptor.MediaType.StartsWith("application/vnd.oci.image.layer.nondistributable.", StringComparison.Ordinal);
        var hasUrls = Member(entry, "urls") is { ValueKind: JsonValueKind.Array } urls && urls.GetArrayLength() > 0;
        return new ReferencedContent(descriptor, isForeign && hasUrls);
    }

    private static Descriptor DescriptorOf(JsonElement entry, string where)
    {
        Require(entry.ValueKind == JsonValueKind.Object, $"'{where}' is not an object");
        var mediaType = Text(entry, "mediaType");
        Require(mediaType is { Length: > 0 and <= MostMediaTypeCharacters }, $"'{where}.mediaType' is missing or longer than {MostMediaTypeCharacters} characters");
        Require(Digest.TryParse(Text(entry, "digest"), out var digest), $"'{where}.digest' is not 'sha256:' and 64 lower-case hexadecimal digits");
        long size = -1;
        Require(Member(entry, "size") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out size) && size >= 0,
            $"'{where}.size' is not a whole number of bytes");
        return new Descriptor { MediaType = mediaType!, Digest = digest, Size = size };
    }

    private static string? ConfigTypeOf(JsonElement root) => Member(root, "config") is { } config ? Text(config, "mediaType") : null;

    private static Dictionary<string, string>? AnnotationsOf(JsonElement root)
    {
        if (Member(root, "annotations") is not { } annotations)
        {
            return null;
        }

        Require(annotations.ValueKind == JsonValueKind.Object && annotations.EnumerateObject().All(a => a.Value.ValueKind == JsonValueKind.String),
            "'annotations' is not an object of texts");
        return annotations.EnumerateObject().ToDictionary(a => a.Name, a => a.Value.GetString()!, StringComparer.Ordinal);
    }

    private static string? Text(JsonElement parent, string name)
    {
        if (Member(parent, name) is not { } member)
        {
            return null;
        }

        Require(member.ValueKind == JsonValueKind.String, $"'{name}' is not a text");
        return member.GetString();
    }

    /// <summary>A member; one that is null counts as absent, because Go writes empty lists so.</summary>
    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static void Require([DoesNotReturnIf(false)] bool holds, string problem)
    {
        if (!holds)
        {
            throw new FormatException(problem);
        }
    }
}
