using System.Text.Json;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using RabbitMQ.Client;

namespace Kritis.Events.Verifier.Admission.Journal;

/// <summary>A decision as it goes over the wire.</summary>
/// <param name="Uid">The review's UID.</param>
/// <param name="Properties">The message's properties, with its CloudEvents headers.</param>
/// <param name="Body">The message's body.</param>
internal sealed record DecisionMessage(string Uid, BasicProperties Properties, ReadOnlyMemory<byte> Body)
{
    public static DecisionMessage Of(AdmissionDecided decided, string source)
    {
        var headers = new Dictionary<string, object?>();
        foreach (var (name, value) in CloudEvent.Headers(decided, source, decided.DecidedAt))
        {
            headers[name] = value;
        }

        var properties = new BasicProperties
        {
            // A UID can be longer than a message's id may be.
            MessageId = Guid.CreateVersion7(decided.DecidedAt).ToString(),
            ContentType = CloudEvent.ContentType,
            DeliveryMode = DeliveryModes.Persistent,
            Headers = headers,
        };
        return new DecisionMessage(decided.Uid, properties, JsonSerializer.SerializeToUtf8Bytes(decided, WireJson.Default.AdmissionDecided));
    }
}
