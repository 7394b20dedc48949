using System.Text.Json;
using System.Threading.RateLimiting;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using RabbitMQ.Client;

namespace Kritis.Events.Attestations.Log.RabbitMq;

/// <summary>Publishes to the log's exchanges and waits for the broker's confirmation, many at a time over one channel.</summary>
internal sealed class StreamPublisher(BrokerConnection broker, string source, TimeProvider time) : IAsyncDisposable
{
    private const int MostOutstanding = 256;

    /// <summary>A broker that is short of memory or disk confirms nothing, for as long as it is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _opening = new(1, 1);
    private IConnection? _connection;
    private IChannel? _channel;

    public async Task PublishAsync<T>(string exchange, string messageId, T message, CancellationToken cancellationToken)
        where T : notnull
    {
        var properties = new BasicProperties
        {
            MessageId = messageId,
            ContentType = CloudEvent.ContentType,
            DeliveryMode = DeliveryModes.Persistent,
            Headers = CloudEvent.Headers(message, source, time.GetUtcNow()).ToDictionary(header => header.Key, header => (object?)header.Value),
        };
        if (message is AttestationCreated { TagClaim: not null })
        {
            properties.Headers[MessageNames.TagClaimHeader] = "1";
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(message, typeof(T), WireJson.Default);
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var channel = await OpenAsync(either.Token);
            await channel.BasicPublishAsync(exchange, routingKey: "", mandatory: true, properties, body, either.Token);
        }
        catch (Exception failure) when (BrokerConnection.IsBrokerFailure(failure, cancellationToken))
        {
            var reason = limit.IsCancellationRequested ? $"not within {Patience.TotalSeconds} s; it may be short of memory or disk" : failure.Message;
            throw new AttestationLogException($"{broker.Description} did not confirm {exchange} {messageId}: {reason}", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _opening.Dispose();
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_channel is { IsOpen: true } opened)
            {
                return opened;
            }

            await CloseAsync();
            _connection = await broker.OpenAsync(cancellationToken);
            // The client's own default limiter delays long before its limit; this one only bounds.
            var outstanding = new ConcurrencyLimiter(new() { PermitLimit = MostOutstanding, QueueLimit = int.MaxValue });
            _channel = await _connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstanding),
                cancellationToken);
            return _channel;
        }
        finally
        {
            _ = _opening.Release();
        }
    }

    private async Task CloseAsync()
    {
        var (channel, connection) = (_channel, _connection);
        (_channel, _connection) = (null, null);
        if (channel is not null)
        {
            await channel.DisposeAsync();
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
