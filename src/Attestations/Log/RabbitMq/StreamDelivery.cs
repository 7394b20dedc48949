using System.Text;
using Kritis.Events.Contracts.Wire;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kritis.Events.Attestations.Log.RabbitMq;

/// <summary>One message of the stream, copied out of the client's buffers.</summary>
/// <param name="Tag">What the broker wants back as acknowledgement.</param>
/// <param name="Position">Where it stands.</param>
/// <param name="Type">Its CloudEvents type.</param>
/// <param name="Marker">The marker it is, or null.</param>
/// <param name="Body">Its body.</param>
internal sealed record StreamDelivery(ulong Tag, LogPosition Position, string Type, string? Marker, byte[] Body)
{
    public const string MarkerHeader = "kritis_log_marker";

    private const int MostBodyBytes = 64 * 1024;

    public static StreamDelivery Of(BasicDeliverEventArgs delivered)
    {
        var properties = delivered.BasicProperties;
        var offset = properties.Headers is { } headers && headers.TryGetValue("x-stream-offset", out var told) && told is long known ? known : -1;
        // An oversized body is no message of ours; an empty one is refused further on with everything else that cannot be read.
        var body = delivered.Body.Length > MostBodyBytes ? [] : delivered.Body.ToArray();
        return new StreamDelivery(
            delivered.DeliveryTag, new LogPosition(offset, properties.MessageId ?? ""),
            Text(properties, CloudEvent.TypeHeader) ?? "", Text(properties, MarkerHeader), body);
    }

    private static string? Text(IReadOnlyBasicProperties properties, string header)
    {
        object? value = null;
        _ = properties.Headers?.TryGetValue(header, out value);
        return value switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            string text => text,
            _ => null,
        };
    }
}
