using System.Text.Json;

namespace Kritis.Events.Signer.Intake;

/// <summary>
/// Reads an envelope of CNCF Distribution notifications (media type <c>application/vnd.docker.distribution.events.v1+json</c>).
/// Members that are not known are passed over; what is known must be as expected, and nothing may stand twice.
/// </summary>
internal static class DistributionEnvelope
{
    /// <summary>The most events an envelope may have.</summary>
    public const int MostEvents = 1_000;

    /// <summary>Reads the events in their order.</summary>
    /// <exception cref="MalformedException">The body is no envelope; the message names the event and the member.</exception>
    public static IReadOnlyList<DistributionEvent> Read(ReadOnlyMemory<byte> body)
    {
        using var document = IntakeDocument.Parse(body);
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
}
