using Kritis.Events.Attestations.Log.RabbitMq;
using System.Globalization;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.ServiceDefaults.Bus;
using Kritis.Events.ServiceDefaults.Settings;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Kritis.Events.Cli.Errors;

/// <summary>
/// The queue of the pushes that could not be signed. What is taken from it is put back by the broker when the connection closes, unless it was
/// acknowledged: a command that is ended in the middle loses nothing.
/// </summary>
internal sealed class ErrorQueue(IConnection connection, IChannel channel, uint count) : IAsyncDisposable
{
    public const string Name = MessageNames.SigningErrors;

    /// <summary>A broker that is short of memory or disk confirms nothing, for as long as it is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>How many messages it held when it was opened.</summary>
    public uint Count => count;

    /// <summary>Opens it; where no push ever failed there is none, and it is empty.</summary>
    /// <exception cref="StartRefusedException">There is no broker to ask, or it cannot be reached.</exception>
    public static async Task<ErrorQueue> OpenAsync(BusOptions bus, CancellationToken cancellationToken)
    {
        if (bus.InMemory)
        {
            throw new StartRefusedException("KRITIS_Bus__Uri: without a broker there is no error queue; what failed is in the output of 'kritis up'");
        }

        try
        {
            var factory = BrokerClient.Factory(bus);
            factory.ClientProvidedName = "kritis errors";
            factory.MaxInboundMessageBodySize = BrokerConnection.MostMessageBytes;
            var connection = await factory.CreateConnectionAsync(cancellationToken);
            try
            {
                var count = await CountAsync(connection, cancellationToken);
                var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
                return new ErrorQueue(connection, await connection.CreateChannelAsync(options, cancellationToken), count);
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
        catch (BrokerUnreachableException away)
        {
            throw new StartRefusedException($"the broker at {bus.Address} cannot be reached: {Excerpt.Of(away.GetBaseException().Message)}", away);
        }
    }

    /// <summary>Takes the next message, or null where there is none. It is only lent until it is dropped or retried.</summary>
    public async Task<FailedPush?> TakeAsync(CancellationToken cancellationToken) =>
        await channel.BasicGetAsync(Name, autoAck: false, cancellationToken) is { } taken ? FailedPush.Of(taken) : null;

    /// <summary>Puts it into the work queue again, as it was, and takes it out of this one once the broker has it there.</summary>
    /// <exception cref="StartRefusedException">The broker did not take it; it stays where it was.</exception>
    public async Task RetryAsync(FailedPush push, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await channel.BasicPublishAsync("", MessageNames.SigningQueue, mandatory: true, push.ForRetry(), push.Message.Body, limit.Token);
        }
        catch (Exception refused) when (refused is PublishException || (refused is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var reason = refused is PublishException ? refused.Message : string.Create(CultureInfo.InvariantCulture, $"no confirmation within {Patience.TotalSeconds} s");
            throw new StartRefusedException($"the broker did not take {Excerpt.Of(push.Id)} for {MessageNames.SigningQueue}; it stays in {Name}: {reason}", refused);
        }

        await DropAsync(push, cancellationToken);
    }

    /// <summary>Takes it out for good.</summary>
    public Task DropAsync(FailedPush push, CancellationToken cancellationToken) =>
        channel.BasicAckAsync(push.Message.DeliveryTag, multiple: false, cancellationToken).AsTask();

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static async Task<uint> CountAsync(IConnection connection, CancellationToken cancellationToken)
    {
        // Asking for a queue that is not there costs the channel.
        await using var asking = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return (await asking.QueueDeclarePassiveAsync(Name, cancellationToken)).MessageCount;
        }
        catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == 404)
        {
            return 0;
        }
    }
}
