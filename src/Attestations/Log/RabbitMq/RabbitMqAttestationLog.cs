using System.Runtime.CompilerServices;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using RabbitMQ.Client;

namespace Kritis.Events.Attestations.Log.RabbitMq;

/// <summary>
/// The log as a RabbitMQ stream. Being caught up is known by a marker of our own: published with confirmation once the subscription
/// runs, it stands behind everything that was there before it, also in an empty stream.
/// </summary>
internal sealed class RabbitMqAttestationLog(Func<ConnectionFactory> broker, string clientName, TimeProvider time) : IAttestationLog, IAsyncDisposable
{
    /// <summary>How long the message at a known offset may take to come; a stream that was made anew never delivers it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly BrokerConnection _broker = new(broker, clientName);
    private readonly StreamPublisher _publisher = new(new BrokerConnection(broker, clientName + " log"), "/kritis/" + clientName, time);

    public string Description => $"stream '{MessageNames.AttestationLog}' on {_broker.Description}";

    public Task AppendAsync(AttestationCreated attestation, CancellationToken cancellationToken) =>
        _publisher.PublishAsync(MessageNames.AttestationCreated, attestation.Id, attestation, cancellationToken);

    public Task AppendAsync(AttestationRevoked revocation, CancellationToken cancellationToken) =>
        _publisher.PublishAsync(MessageNames.AttestationRevoked, revocation.Id, revocation, cancellationToken);

    public IAsyncEnumerable<LogEvent> FollowAsync(LogPosition? after, CancellationToken cancellationToken) =>
        ReadAsync(MessageNames.AttestationLog, after, cancellationToken);

    public async IAsyncEnumerable<LogEvent.Record> ReadRestrictionsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in ReadAsync(MessageNames.Restrictions, after: null, cancellationToken))
        {
            switch (happened)
            {
                case LogEvent.Record record:
                    yield return record;
                    break;
                case LogEvent.CaughtUp:
                    yield break;
            }
        }
    }

    public ValueTask DisposeAsync() => _publisher.DisposeAsync();

    private async IAsyncEnumerable<LogEvent> ReadAsync(string stream, LogPosition? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await _broker.OpenAsync(cancellationToken);
        var start = await StartAsync(connection, stream, after, cancellationToken);
        await using var subscription = start.Subscription;
        if (start.Problem is { } problem)
        {
            yield return new LogEvent.ReadFromFirst(problem);
        }

        while (true)
        {
            var delivery = await NextAsync(subscription, cancellationToken);
            if (delivery.Marker is null)
            {
                yield return new LogEvent.Record(delivery.Position, delivery.Type, delivery.Body);
            }
            else if (delivery.Marker == start.Marker)
            {
                yield return new LogEvent.CaughtUp();
            }

            await AcknowledgeAsync(subscription, delivery, cancellationToken);
        }
    }

    private async Task<Start> StartAsync(IConnection connection, string stream, LogPosition? after, CancellationToken cancellationToken)
    {
        try
        {
            if (after is null)
            {
                return await SubscribeAsync(connection, stream, "first", null, cancellationToken);
            }

            var resumed = await SubscribeAsync(connection, stream, after.Offset, null, cancellationToken);
            var first = await resumed.Subscription.NextAsync(Patience, time, cancellationToken);
            if (first?.Position == after)
            {
                await resumed.Subscription.AcknowledgeAsync(first, cancellationToken);
                return resumed;
            }

            await resumed.Subscription.DisposeAsync();
            var found = first is null ? "nothing stands there any more" : $"{first.Position} stands there now";
            return await SubscribeAsync(connection, stream, "first", $"the log no longer holds {after}: {found}", cancellationToken);
        }
        catch (Exception failure) when (BrokerConnection.IsBrokerFailure(failure, cancellationToken))
        {
            throw new AttestationLogException($"stream '{stream}' on {_broker.Description} cannot be read: {failure.Message}", failure);
        }
    }

    private async Task<Start> SubscribeAsync(
        IConnection connection, string stream, object offset, string? problem, CancellationToken cancellationToken)
    {
        var subscription = await StreamSubscription.StartAsync(connection, stream, offset, cancellationToken);
        return new Start(subscription, await PublishMarkerAsync(stream, cancellationToken), problem);
    }

    /// <summary>
    /// Over a connection of its own: a broker that is short of memory or disk takes one message of a connection and then reads from it no
    /// more, which would keep back the reader's acknowledgements.
    /// </summary>
    private async Task<string> PublishMarkerAsync(string stream, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var marker = Guid.NewGuid().ToString("N");
        var properties = new BasicProperties
        {
            MessageId = marker,
            DeliveryMode = DeliveryModes.Persistent,
            Headers = new Dictionary<string, object?> { [StreamDelivery.MarkerHeader] = marker },
        };
        await using var connection = await _broker.OpenBesideAsync(either.Token);
        try
        {
            var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), either.Token);
            await channel.BasicPublishAsync("", stream, mandatory: true, properties, ReadOnlyMemory<byte>.Empty, either.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AttestationLogException(
                $"stream '{stream}' on {_broker.Description} confirmed no message within {Patience.TotalSeconds} s; the broker may be short of memory or disk", late);
        }
        finally
        {
            await connection.AbortAsync(TimeSpan.FromSeconds(1));
        }

        return marker;
    }

    private async Task<StreamDelivery> NextAsync(StreamSubscription subscription, CancellationToken cancellationToken)
    {
        try
        {
            return await subscription.NextAsync(time, cancellationToken);
        }
        catch (Exception failure) when (BrokerConnection.IsBrokerFailure(failure, cancellationToken))
        {
            throw Unreadable(failure);
        }
    }

    private async ValueTask AcknowledgeAsync(StreamSubscription subscription, StreamDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            await subscription.AcknowledgeAsync(delivery, cancellationToken);
        }
        catch (Exception failure) when (BrokerConnection.IsBrokerFailure(failure, cancellationToken))
        {
            throw Unreadable(failure);
        }
    }

    private AttestationLogException Unreadable(Exception failure) => new($"{Description} cannot be read any more: {failure.Message}", failure);

    private sealed record Start(StreamSubscription Subscription, string Marker, string? Problem);
}
