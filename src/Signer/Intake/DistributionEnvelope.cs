using System.Text.Json;
using System.Text.Unicode;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Intake;

/// <summary>
/// Reads an envelope of CNCF Distribution notifications (media type <c>application/vnd.docker.distribution.events.v1+json</c>).
/// Members that are not known are passed over; what is known must be as expected, and nothing may stand twice.
/// </summary>
internal static class DistributionEnvelope
{
    /// <summary>The most events an envelope may have.</summary>
    public const int MostEvents = 1_000;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Reads the events in their order.</summary>
    /// <exception cref="MalformedException">The body is no envelope; the message names the event and the member.</exception>
    public static IReadOnlyList<DistributionEvent> Read(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw new MalformedException("the body is not UTF-8");
        }

        using var document = Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("events", out var events)
            || events.ValueKind != JsonValueKind.Array)
        {
            throw new MalformedException("the body is not an object with the array 'events'");
        }

        if (events.GetArrayLength() > MostEvents)
        {
            throw new MalformedException($"events has {events.GetArrayLength()} items, more than {MostEvents}");
        }

        return [.. new JsonMember("events", events).Items().Select(DistributionEventReader.Read)];
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, Strict);
        }
        catch (JsonException broken)
        {
            throw new MalformedException($"the body is not JSON: {Excerpt.Of(broken.Message)}");
        }
        catch (InvalidOperationException)
        {
            throw new MalformedException("the body is not JSON: a member's name is not lawful Unicode");
        }
    }
}
