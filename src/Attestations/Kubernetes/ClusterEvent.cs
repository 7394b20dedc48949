using System.Buffers;
using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>One event of a watch (Kubernetes API, <c>WatchEvent</c>).</summary>
internal sealed record ClusterEvent(string Type, string Version, JsonElement Object)
{
    public const string Added = "ADDED";
    public const string Modified = "MODIFIED";
    public const string Deleted = "DELETED";
    public const string Bookmark = "BOOKMARK";
    private const string Error = "ERROR";

    /// <summary>Reads a line.</summary>
    /// <exception cref="ClusterAwayException">It is an error, or no event.</exception>
    public static ClusterEvent Read(ClusterKind kind, ReadOnlySequence<byte> line)
    {
        var json = Parse(kind, line);
        var happened = json.Member("object");
        return json.TextOf("type") switch
        {
            Error => throw ClusterRequests.Refusal(kind, (int)(happened.NumberOf("code") ?? 500), Excerpt.Of(happened.TextOf("message"))),
            (Added or Modified or Deleted or Bookmark) and var type when happened.Member("metadata").TextOf("resourceVersion") is { Length: > 0 } version =>
                new ClusterEvent(type, version, happened),
            _ => throw NoEvent(kind),
        };
    }

    private static JsonElement Parse(ClusterKind kind, ReadOnlySequence<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, ClusterJson.Options);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw NoEvent(kind);
        }
    }

    private static ClusterAwayException NoEvent(ClusterKind kind) => new($"the API server sent into the watch of {kind} what is no event");
}
