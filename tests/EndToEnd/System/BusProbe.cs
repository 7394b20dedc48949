using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.Servers;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kritis.Events.EndToEnd.System;

/// <summary>An AMQP client beside the services: hears what is on the bus, and writes to it what an attacker could.</summary>
internal sealed class BusProbe : IAsyncDisposable
{
    private readonly ConcurrentQueue<Heard> _heard = new();
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private BusProbe(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public IReadOnlyCollection<Heard> Heard => _heard;

    public static async Task<BusProbe> ConnectAsync(RabbitMqServer broker, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync(cancellationToken);
        var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        return new BusProbe(connection, await connection.CreateChannelAsync(options, cancellationToken));
    }

    /// <summary>Hears everything that is published to <paramref name="exchanges"/> from now on.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken, params string[] exchanges)
    {
        var queue = await _channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
        foreach (var exchange in exchanges)
        {
            await _channel.QueueBindAsync(queue.QueueName, exchange, "", cancellationToken: cancellationToken);
        }

        await ConsumeAsync(queue.QueueName, autoAck: true, null, cancellationToken);
    }

    /// <summary>Hears a stream from its first message.</summary>
    public async Task ReplayAsync(string stream, CancellationToken cancellationToken)
    {
        await _channel.BasicQosAsync(0, 1000, global: false, cancellationToken);
        await ConsumeAsync(stream, autoAck: false, new Dictionary<string, object?> { ["x-stream-offset"] = "first" }, cancellationToken);
    }

    public async Task<Heard> HearAsync(string what, Func<Heard, bool> wanted, CancellationToken cancellationToken)
    {
        await Eventually.Async(what, () => _heard.Any(wanted), cancellationToken,
            () => string.Join('\n', _heard.Select(heard => $"{heard.Exchange} {heard.Body?.ToJsonString()}").TakeLast(20)));
        return _heard.First(wanted);
    }

    public async Task PublishAsync(string exchange, byte[] body, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            MessageId = Guid.NewGuid().ToString(),
            Headers = headers.ToDictionary(header => header.Key, header => (object?)header.Value),
        };
        await _channel.BasicPublishAsync(exchange, "", mandatory: false, properties, body, cancellationToken);
    }

    public async Task<uint> CountAsync(string queue, CancellationToken cancellationToken)
    {
        // A queue that does not exist yet costs the channel that asks for it.
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
        return await channel.MessageCountAsync(queue, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task ConsumeAsync(string queue, bool autoAck, Dictionary<string, object?>? arguments, CancellationToken cancellationToken)
    {
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, delivered) =>
        {
            _heard.Enqueue(Of(delivered));
            if (!autoAck)
            {
                await _channel.BasicAckAsync(delivered.DeliveryTag, multiple: false, CancellationToken.None);
            }
        };
        _ = await _channel.BasicConsumeAsync(queue, autoAck, "", false, false, arguments, consumer, cancellationToken);
    }

    private static Heard Of(BasicDeliverEventArgs delivered)
    {
        var headers = delivered.BasicProperties.Headers?
            .Where(header => header.Value is byte[])
            .ToDictionary(header => header.Key, header => Encoding.UTF8.GetString((byte[])header.Value!)) ?? [];
        var body = delivered.Body.Length == 0 ? null : TryParse(delivered.Body.ToArray());
        var properties = delivered.BasicProperties;
        return new Heard(delivered.Exchange, headers, body)
        {
            MessageId = properties.MessageId,
            ContentType = properties.ContentType,
            IsPersistent = properties.DeliveryMode == DeliveryModes.Persistent,
        };
    }

    private static JsonNode? TryParse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (global::System.Text.Json.JsonException)
        {
            return null;
        }
    }
}

/// <summary>A message as a subscriber gets it.</summary>
internal sealed record Heard(string Exchange, IReadOnlyDictionary<string, string> Headers, JsonNode? Body)
{
    public string? MessageId { get; init; }

    public string? ContentType { get; init; }

    public bool IsPersistent { get; init; }

    public string? Text(string member) => Body?[member]?.GetValue<string>();
}
