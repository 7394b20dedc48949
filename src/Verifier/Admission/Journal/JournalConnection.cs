using Kritis.Events.Attestations.Log.RabbitMq;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Bus;
using Kritis.Events.ServiceDefaults.Settings;
using RabbitMQ.Client;

namespace Kritis.Events.Verifier.Admission.Journal;

/// <summary>A connection with one channel that confirms. It does not recover by itself: whoever uses it opens another.</summary>
internal sealed class JournalConnection : IAsyncDisposable
{
    private const ushort PreconditionFailed = 406;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private JournalConnection(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    /// <summary>Whether the broker closed the channel because it takes no such message, for example one of more bytes than it allows.</summary>
    public bool HasRefusedMessage => _channel.CloseReason is { Initiator: ShutdownInitiator.Peer, ReplyCode: PreconditionFailed };

    /// <summary>Connects, with the bus topology declared: what is published has a stream to go to, also on a broker that came back without its data.</summary>
    public static async Task<JournalConnection> OpenAsync(BusOptions bus, ServiceIdentity service, CancellationToken cancellationToken)
    {
        var factory = BrokerClient.Factory(bus);
        factory.ClientProvidedName = $"{service.Instance}/journal";
        var connection = await factory.CreateConnectionAsync(cancellationToken);
        try
        {
            // Its limit of outstanding confirmations is the batch; the client's own limiter delays long before it is reached.
            var options = new CreateChannelOptions(
                publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);
            var channel = await connection.CreateChannelAsync(options, cancellationToken);
            await BusTopology.DeclareAsync(channel, cancellationToken);
            return new JournalConnection(connection, channel);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Publishes; ends once the broker has confirmed that the message is where it is bound to.</summary>
    public Task PublishAsync(DecisionMessage message, CancellationToken cancellationToken) => _channel.BasicPublishAsync(
        MessageNames.AdmissionDecided, routingKey: "", mandatory: true, message.Properties, message.Body, cancellationToken).AsTask();

    public async ValueTask DisposeAsync()
    {
        // A broker that is short of memory reads nothing, not even a farewell.
        await _connection.AbortAsync(Farewell);
        await _connection.DisposeAsync();
    }
}
