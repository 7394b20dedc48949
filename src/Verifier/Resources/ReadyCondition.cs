using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources.Kubernetes;

namespace Kritis.Events.Verifier.Resources;

/// <summary>The condition <c>Ready</c> in an object's status (Kubernetes API, <c>metav1.Condition</c>): whether it is in force as it stands.</summary>
internal sealed record ReadyCondition(string Status, string Reason, string Message, long? ObservedGeneration)
{
    private const string Type = "Ready";
    private const int MostCharacters = 4096;

    /// <summary>What is to be said of an object.</summary>
    public static ReadyCondition Of(ObjectState state) => new(
        state.IsInForce ? "True" : "False",
        state.Standing.ToString(),
        Shortened(state.Message),
        state.Document.Metadata.Generation);

    /// <summary>What an object's status says now, or null where it says nothing that can be read.</summary>
    public static ReadyCondition? In(CustomDocument document) => Find(document) is not { } ready ? null : new ReadyCondition(
        Text(ready, "status") ?? "",
        Text(ready, "reason") ?? "",
        Text(ready, "message") ?? "",
        ready["observedGeneration"] is JsonValue number && number.TryGetValue<long>(out var generation) ? generation : null);

    /// <summary>
    /// The merge patch (RFC 7386) that says it in the object's status. It holds for the version that was read only; conditions of other types stay.
    /// </summary>
    public string PatchOf(CustomDocument document, DateTimeOffset now)
    {
        var before = Find(document);
        var since = before is not null && Text(before, "status") == Status && Text(before, "lastTransitionTime") is { Length: > 0 } time
            ? time
            : now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var ready = new JsonObject
        {
            ["type"] = Type,
            ["status"] = Status,
            ["reason"] = Reason,
            ["message"] = Message,
            ["lastTransitionTime"] = since,
        };
        if (ObservedGeneration is { } generation)
        {
            ready["observedGeneration"] = generation;
        }

        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = document.Metadata.ResourceVersion },
            ["status"] = new JsonObject { ["conditions"] = new JsonArray([.. Conditions(document).Where(condition => !IsReady(condition)).Select(condition => condition.DeepClone()), ready]) },
        }.ToJsonString();
    }

    /// <summary>Cuts a text that is too long, never between the two halves of one character.</summary>
    private static string Shortened(string text) => text.Length <= MostCharacters
        ? text
        : text[..(char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)];

    private static JsonObject? Find(CustomDocument document) => Conditions(document).FirstOrDefault(IsReady);

    private static bool IsReady(JsonObject condition) => Text(condition, "type") == Type;

    private static IEnumerable<JsonObject> Conditions(CustomDocument document) =>
        document.Json.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object
        && status.TryGetProperty("conditions", out var conditions) && conditions.ValueKind == JsonValueKind.Array
            ? conditions.EnumerateArray().Where(condition => condition.ValueKind == JsonValueKind.Object).Select(condition => JsonObject.Create(condition)!)
            : [];

    private static string? Text(JsonObject condition, string member) =>
        condition[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
