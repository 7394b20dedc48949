using System.Text.Json;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>Members of JSON that may have any shape; what is not there, or is something else, is nothing.</summary>
internal static class ClusterJson
{
    /// <summary>Objects may be nested as deeply as the API server lets them.</summary>
    public static JsonDocumentOptions Options { get; } = new() { MaxDepth = 20_000 };

    public static JsonElement Member(this JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : default;

    public static string? TextOf(this JsonElement parent, string name) => parent.Member(name).AsText();

    public static string? AsText(this JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            return null;
        }
    }

    public static long? NumberOf(this JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    public static IEnumerable<KeyValuePair<string, string>> TextsOf(this JsonElement parent, string name)
    {
        if (parent.Member(name) is not { ValueKind: JsonValueKind.Object } members)
        {
            yield break;
        }

        foreach (var member in members.EnumerateObject())
        {
            if (member.Value.AsText() is { } text)
            {
                yield return new(member.Name, text);
            }
        }
    }
}
