using System.Globalization;
using System.Text.Json;
using Kritis.Events.Contracts.Images;
using Microsoft.Net.Http.Headers;

namespace Kritis.Events.Signer.Intake.Acr;

/// <summary>
/// Reads CloudEvents 1.0 over HTTP: structured (one JSON event), batched (an array of them) and binary (attributes in <c>ce-</c> headers, the body is the data).
/// From a queue they are structured. Source: the HTTP protocol binding and the JSON event format of CloudEvents 1.0.2; EventBridge's documentation of
/// Container Registry's events.
/// </summary>
internal static class CloudEventReader
{
    /// <summary>The most events of a batch.</summary>
    public const int MostEvents = 1_000;

    private const string Batch = "application/cloudevents-batch+json";
    private const string Structured = "application/cloudevents+json";
    private const string Version = "1.0";
    private const string Source = "acs.cr";
    private const string PushCompleted = "cr:Artifact:PushCompleted";

    /// <summary>The media types that events come in.</summary>
    public static IReadOnlyList<string> MediaTypes { get; } = [Structured, Batch, "application/json"];

    /// <summary>Reads the events of one request.</summary>
    /// <returns>For each either the push, or the <see cref="IgnoredReason"/>.</returns>
    /// <exception cref="MalformedException">It is none; the message names the member.</exception>
    public static IReadOnlyList<(AcrPush? Push, string? Ignored)> Read(ReadOnlyMemory<byte> body, IHeaderDictionary headers)
    {
        using var document = IntakeDocument.Parse(body);
        var type = MediaTypeHeaderValue.TryParse(headers.ContentType.ToString(), out var parsed) ? parsed.MediaType.ToString() : "";
        var isBinary = headers.ContainsKey("ce-specversion") && !type.StartsWith("application/cloudevents", StringComparison.OrdinalIgnoreCase);
        var root = document.RootElement;
        if (isBinary)
        {
            return [Read(FromHeaders(headers), new JsonMember("data", root))];
        }

        if (root.ValueKind != JsonValueKind.Array)
        {
            return [ReadStructured(new JsonMember("event", root))];
        }

        return root.GetArrayLength() <= MostEvents
            ? [.. new JsonMember("events", root).Items().Select(ReadStructured)]
            : throw new MalformedException($"the batch has {root.GetArrayLength()} events, more than {MostEvents}");
    }

    private static (AcrPush? Push, string? Ignored) ReadStructured(JsonMember item)
    {
        var attributes = item.RequiredObject();
        return Read(name => attributes[name].Text(), attributes["data"]);
    }

    private static (AcrPush? Push, string? Ignored) Read(Func<string, string?> attribute, JsonMember data)
    {
        var version = attribute("specversion");
        if (version != Version)
        {
            throw new MalformedException($"specversion is '{Excerpt.Of(version)}': expected '{Version}' (CloudEvents)");
        }

        var (source, type) = (attribute("source") ?? throw Missing("source"), attribute("type") ?? throw Missing("type"));
        if (source != Source)
        {
            return (null, IgnoredReason.Source);
        }

        return type == PushCompleted ? (ReadPush(attribute, data.RequiredObject()), null) : (null, IgnoredReason.Type);
    }

    private static AcrPush ReadPush(Func<string, string?> attribute, JsonMember data)
    {
        var (digest, tag) = (AcrNames.Digest(data["Digest"]), AcrNames.Tag(data["Tag"]));
        if (digest is null && tag is null)
        {
            throw data.Malformed("names neither a Tag nor a Digest");
        }

        return new AcrPush
        {
            Id = AcrNames.Id(new JsonMember("id", Element(attribute("id") ?? throw Missing("id")))),
            InstanceId = AcrNames.CloudName(data["InstanceId"]),
            Region = AcrNames.CloudName(data["RegionId"]),
            Namespace = data["RepoNamespaceName"].RequiredText(),
            Repository = AcrNames.Repository(data["RepoNamespaceName"], data["RepoName"]),
            Digest = digest,
            Tag = tag,
            Actor = attribute("aliyunaccountid") is { } account ? Excerpt.Of(account) : null,
            PushedAt = attribute("time") is { } time && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null,
            Source = "eventbridge",
        };
    }

    // The HTTP binding percent-encodes what a header cannot hold.
    private static Func<string, string?> FromHeaders(IHeaderDictionary headers) => name =>
        headers.TryGetValue($"ce-{name}", out var values)
            ? values.Count == 1 ? Uri.UnescapeDataString(values.ToString()) : throw new MalformedException($"the header ce-{name} stands there {values.Count} times")
            : null;

    private static JsonElement Element(string text) => JsonElement.Parse(JsonSerializer.SerializeToUtf8Bytes(text, IntakeJson.Default.String));

    private static MalformedException Missing(string attribute) => new($"{attribute} is missing or empty: expected a CloudEvent");
}
