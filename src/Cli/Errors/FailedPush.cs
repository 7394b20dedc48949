using System.Globalization;
using System.Text;
using System.Text.Json;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using RabbitMQ.Client;

namespace Kritis.Events.Cli.Errors;

/// <summary>A message of the error queue. What it says about itself is foreign text.</summary>
internal sealed record FailedPush
{
    /// <summary>Counts, in the message itself, how often a person has retried it.</summary>
    public const string RetriesHeader = "kritis_retries";

    /// <summary>What MassTransit and the broker wrote onto the message when it failed.</summary>
    private static readonly string[] FaultHeaders = ["MT-", "x-"];

    /// <summary>By these a sender has the broker put copies into queues of its choice; the person who retries may have rights that it had not.</summary>
    private static readonly string[] CopyHeaders = ["CC", "BCC"];

    /// <summary>The message itself.</summary>
    public required BasicGetResult Message { get; init; }

    /// <summary>The message's id, by which it is retried and dropped.</summary>
    public required string Id { get; init; }

    /// <summary>The push; null where the body is none.</summary>
    public ImagePushed? Push { get; init; }

    /// <summary>Why it failed, as far as its headers say.</summary>
    public string? Reason { get; init; }

    /// <summary>When it failed, as far as its headers say.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>How often it has failed, retries by a person counted; the tries of one signer are one failure.</summary>
    public required long Failures { get; init; }

    /// <summary>Reads what a signer (MassTransit's fault headers) or the broker (<c>x-death</c>) wrote onto the message.</summary>
    public static FailedPush Of(BasicGetResult message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var push = Parse(message.Body.Span);
        var headers = message.BasicProperties.Headers ?? new Dictionary<string, object?>();
        var death = (headers.TryGetValue("x-death", out var deaths) ? deaths as IList<object?> : null)?.OfType<IDictionary<string, object?>>().FirstOrDefault();
        return new FailedPush
        {
            Message = message,
            Id = message.BasicProperties.MessageId ?? push?.EventId ?? "",
            Push = push,
            Reason = Text(headers, "MT-Fault-Message") ?? (death is null ? null : ByBroker(Text(death, "reason"))),
            FailedAt = Time(headers, death),
            Failures = 1 + (headers.TryGetValue(RetriesHeader, out var retries) ? Number(retries) : 0),
        };
    }

    /// <summary>Its properties for another try: as they were before it failed, without what the broker would refuse or act on when another user sends it.</summary>
    public BasicProperties ForRetry()
    {
        var headers = (Message.BasicProperties.Headers ?? new Dictionary<string, object?>())
            .Where(header => !FaultHeaders.Any(prefix => header.Key.StartsWith(prefix, StringComparison.Ordinal)) && !CopyHeaders.Contains(header.Key))
            .ToDictionary(header => header.Key, header => header.Value);
        headers[RetriesHeader] = Failures;
        var properties = new BasicProperties(Message.BasicProperties) { Headers = headers, DeliveryMode = DeliveryModes.Persistent };
        properties.ClearUserId();
        properties.ClearExpiration();
        return properties;
    }

    private static long Number(object? value) => value is long or int or short or byte ? Math.Clamp(Convert.ToInt64(value, CultureInfo.InvariantCulture), 0, int.MaxValue) : 0;

    private static string ByBroker(string? reason) => reason == "delivery_limit"
        ? "it came back to the work queue too often: did its signer end each time?"
        : $"the broker moved it here ({reason})";

    private static DateTimeOffset? Time(IDictionary<string, object?> headers, IDictionary<string, object?>? death) =>
        DateTimeOffset.TryParse(Text(headers, "MT-Fault-Timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var told) ? told
        : death is not null && death.TryGetValue("time", out var time) && time is AmqpTimestamp { UnixTime: >= 0 and < 253402300800 and var seconds } ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : null;

    private static ImagePushed? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, WireJson.Default.ImagePushed);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(IDictionary<string, object?> headers, string name) => headers.TryGetValue(name, out var value)
        ? value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)
        : null;
}
