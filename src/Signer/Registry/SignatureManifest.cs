using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// The manifest behind the tag <c>sha256-….sig</c> (cosign, "signature specification"): an image manifest whose layers are payloads, each
/// with its signature as an annotation. What others put there is kept as it is. Revocations stand behind their own tag in the same form.
/// </summary>
internal sealed class SignatureManifest
{
    public const string SignatureAnnotation = "dev.cosignproject.cosign/signature";
    public const string KeyAnnotation = "events.kritis/key-fingerprint";
    private const string WitnessAnnotation = "events.kritis/witness";
    private const string SignedAtAnnotation = "events.kritis/signed-at";
    private const int MostLayers = 100;
    private readonly List<JsonNode> _layers;

    private SignatureManifest(List<JsonNode> layers) => _layers = layers;

    public static SignatureManifest Empty => new([]);

    /// <summary>What is attached, as it stands there; none of it was checked.</summary>
    public IReadOnlyList<AttachedLayer> Layers => [.. _layers.Select(layer => new AttachedLayer
    {
        MediaType = Text(layer["mediaType"]),
        Digest = Text(layer["digest"]),
        Signature = Text(Annotation(layer, SignatureAnnotation)),
        KeyFingerprint = Text(Annotation(layer, KeyAnnotation)),
        SignedAt = Text(Annotation(layer, SignedAtAnnotation)),
    })];

    /// <exception cref="JsonException">Not a signature manifest; it is left alone.</exception>
    public static SignatureManifest Read(ReadOnlySpan<byte> content)
    {
        try
        {
            var layers = LayersIn(content);
            // What is kept must be writable again: whoever put something else there would keep every other signature from being attached.
            _ = layers.ToJsonString();
            return new SignatureManifest([.. layers.Select(layer => layer!.DeepClone())]);
        }
        catch (InvalidOperationException noText)
        {
            throw new JsonException("it holds text that is no Unicode", noText);
        }
    }

    private static JsonArray LayersIn(ReadOnlySpan<byte> content)
    {
        if (!Utf8.IsValid(content))
        {
            throw new JsonException("it is not UTF-8");
        }

        var root = JsonNode.Parse(content, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });
        if (root is not JsonObject manifest || manifest["layers"] is not JsonArray layers || manifest.ContainsKey("manifests"))
        {
            throw new JsonException("it has no layers");
        }

        return layers.Count <= MostLayers && layers.All(layer => layer is JsonObject)
            ? layers
            : throw new JsonException($"it has more than {MostLayers} layers, or one that is no object");
    }

    /// <summary>
    /// Whether a signature by this key over this payload is there. Unless it is to be exactly this one, its bytes do not matter: some algorithms sign
    /// differently each time.
    /// </summary>
    public bool Holds(AttachedSignature signature, bool isExact) => _layers.Any(layer =>
        Text(layer["digest"]) == Digest.Of(signature.Payload.Span).ToString()
        && Text(Annotation(layer, KeyAnnotation)) == signature.KeyFingerprint.ToString()
        && Text(Annotation(layer, SignatureAnnotation)) is { Length: > 0 } attached
        && (!isExact || attached == Convert.ToBase64String(signature.Signature.Span)));

    /// <exception cref="JsonException">There would be too many.</exception>
    public void Add(AttachedSignature signature, string mediaType)
    {
        if (_layers.Count == MostLayers)
        {
            throw new JsonException($"it would have more than {MostLayers} signatures");
        }

        _layers.Add(new JsonObject
        {
            ["mediaType"] = mediaType,
            ["size"] = signature.Payload.Length,
            ["digest"] = Digest.Of(signature.Payload.Span).ToString(),
            ["annotations"] = new JsonObject
            {
                [SignatureAnnotation] = Convert.ToBase64String(signature.Signature.Span),
                [KeyAnnotation] = signature.KeyFingerprint.ToString(),
                [WitnessAnnotation] = signature.Witness,
                [SignedAtAnnotation] = signature.SignedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            },
        });
    }

    /// <summary>The image configuration that goes with the layers, as cosign writes it.</summary>
    public byte[] Config() => Bytes(new JsonObject
    {
        ["architecture"] = "",
        ["created"] = "0001-01-01T00:00:00Z",
        ["history"] = new JsonArray([.. _layers.Select(_ => (JsonNode)new JsonObject { ["created"] = "0001-01-01T00:00:00Z" })]),
        ["os"] = "",
        ["rootfs"] = new JsonObject
        {
            ["type"] = "layers",
            ["diff_ids"] = new JsonArray([.. _layers.Select(layer => layer["digest"]?.DeepClone())]),
        },
        ["config"] = new JsonObject(),
    });

    public byte[] Manifest(byte[] config) => Bytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaTypes.OciManifest,
        ["config"] = new JsonObject
        {
            ["mediaType"] = MediaTypes.OciConfig,
            ["size"] = config.Length,
            ["digest"] = Digest.Of(config).ToString(),
        },
        ["layers"] = new JsonArray([.. _layers.Select(layer => layer.DeepClone())]),
    });

    private static byte[] Bytes(JsonObject json) => System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());

    private static JsonNode? Annotation(JsonNode layer, string name) => (layer["annotations"] as JsonObject)?[name];

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
