using Kritis.Events.Contracts.Wire;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kritis.Events.Benchmarks.Signing;

/// <summary>Counts the attestations that the broker has taken.</summary>
internal sealed class AttestationCount : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly Lock _changing = new();
    private long _count;
    private (long Count, TaskCompletionSource Reached)? _awaited;

    private AttestationCount(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public static async Task<AttestationCount> ListenAsync(Uri broker, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken);
        var count = new AttestationCount(connection, await connection.CreateChannelAsync(cancellationToken: cancellationToken));
        var queue = await count._channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
        await count._channel.QueueBindAsync(queue.QueueName, MessageNames.AttestationCreated, "", cancellationToken: cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(count._channel);
        consumer.ReceivedAsync += (_, _) => count.CountAsync();
        _ = await count._channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, cancellationToken);
        return count;
    }

    /// <summary>Completes with the attestation that makes it <paramref name="count"/> since the start.</summary>
    public Task ReachAsync(long count)
    {
        lock (_changing)
        {
            _awaited = (count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Complete();
            return _awaited?.Reached.Task ?? Task.CompletedTask;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private Task CountAsync()
    {
        lock (_changing)
        {
            _count++;
            Complete();
        }

        return Task.CompletedTask;
    }

    private void Complete()
    {
        if (_awaited is { } awaited && _count >= awaited.Count)
        {
            _awaited = null;
            _ = awaited.Reached.TrySetResult();
        }
    }
}
