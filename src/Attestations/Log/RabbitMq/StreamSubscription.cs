using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kritis.Events.Attestations.Log.RabbitMq;

/// <summary>
/// One consumer on the stream: a bounded buffer between the client's callbacks and whoever reads. It ends, with the reason,
/// when the channel, the connection or the stream goes away.
/// </summary>
internal sealed class StreamSubscription : IAsyncDisposable
{
    /// <summary>Larger ones are slower: with 6,000 a drain took a third longer, with 20,000 twice as long.</summary>
    private const ushort Prefetch = 2000;

    /// <summary>A small part of what is let through without: an acknowledgement for each message costs the broker as much as the delivery.</summary>
    private const int AcknowledgeEvery = 500;

    /// <summary>What stays behind is acknowledged once nothing has come for so long: a broker ends a channel that owes one for half an hour.</summary>
    private static readonly TimeSpan Stillness = TimeSpan.FromSeconds(1);

    /// <summary>What comes a little more often than that is acknowledged after so long.</summary>
    private static readonly TimeSpan LongestOwed = TimeSpan.FromSeconds(10);

    private readonly IChannel _channel;
    private readonly Channel<StreamDelivery> _deliveries =
        Channel.CreateBounded<StreamDelivery>(new BoundedChannelOptions(Prefetch) { SingleReader = true, SingleWriter = true });

    private int _unacknowledged;
    private long _owedSince;
    private ulong _last;

    private StreamSubscription(IChannel channel) => _channel = channel;

    public static async Task<StreamSubscription> StartAsync(
        IConnection connection, string stream, object offset, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        var subscription = new StreamSubscription(channel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += subscription.TakeAsync;
        consumer.UnregisteredAsync += (_, _) => subscription.EndAsync($"the broker ended the subscription to '{stream}'");
        channel.ChannelShutdownAsync += (_, reason) => subscription.EndAsync($"the channel was closed: {reason.ReplyText}");
        await channel.BasicConsumeAsync(stream, autoAck: false, consumerTag: "", noLocal: false, exclusive: false,
            new Dictionary<string, object?> { ["x-stream-offset"] = offset }, consumer, cancellationToken);
        return subscription;
    }

    /// <summary>The next message.</summary>
    public async Task<StreamDelivery> NextAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_unacknowledged > 0 && time.GetElapsedTime(_owedSince) > LongestOwed)
            {
                await AcknowledgeAllAsync(cancellationToken);
            }

            if (await NextAsync(_unacknowledged > 0 ? Stillness : Timeout.InfiniteTimeSpan, time, cancellationToken) is { } delivery)
            {
                _owedSince = _unacknowledged > 0 ? _owedSince : time.GetTimestamp();
                return delivery;
            }

            await AcknowledgeAllAsync(cancellationToken);
        }
    }

    /// <summary>The next message, or null where none came within <paramref name="patience"/>.</summary>
    public async Task<StreamDelivery?> NextAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_deliveries.Reader.TryRead(out var ready))
        {
            return ready;
        }

        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await _deliveries.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (ChannelClosedException closed)
        {
            throw closed.InnerException as AttestationLogException ?? new AttestationLogException(closed.Message, closed);
        }
    }

    /// <summary>Notes that everything up to <paramref name="delivery"/> was read; the broker is told in large steps, or when nothing more comes.</summary>
    public ValueTask AcknowledgeAsync(StreamDelivery delivery, CancellationToken cancellationToken)
    {
        _last = delivery.Tag;
        return ++_unacknowledged < AcknowledgeEvery ? ValueTask.CompletedTask : AcknowledgeAllAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    private ValueTask AcknowledgeAllAsync(CancellationToken cancellationToken)
    {
        _unacknowledged = 0;
        return _channel.BasicAckAsync(_last, multiple: true, cancellationToken);
    }

    private Task TakeAsync(object sender, BasicDeliverEventArgs delivered) =>
        _deliveries.Writer.WriteAsync(StreamDelivery.Of(delivered), delivered.CancellationToken).AsTask();

    private Task EndAsync(string reason)
    {
        _ = _deliveries.Writer.TryComplete(new AttestationLogException(reason));
        return Task.CompletedTask;
    }
}
