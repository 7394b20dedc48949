using System.Text;
using System.Text.Json;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Kritis.Events.Cli.Errors;

/// <summary>
/// The queue of the pushes that could not be signed. What is taken from it is put back by the broker when the connection closes, unless it was
/// acknowledged: a command that is ended in the middle loses nothing.
/// </summary>
internal sealed class ErrorQueue(IConnection connection, IChannel channel, uint count) : IAsyncDisposable
{
    public const string Name = MessageNames.SigningQueue + "_error";
    private const string FaultHeaders = "MT-";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>How many messages it held when it was opened.</summary>
    public uint Count => count;

    /// <summary>Opens it; where no push ever failed there is none, and it is empty.</summary>
    /// <exception cref="StartRefusedException">There is no broker to ask, or it cannot be reached.</exception>
    public static async Task<ErrorQueue> OpenAsync(Uri bus, CancellationToken cancellationToken)
    {
        if (bus.Scheme == "memory")
        {
            throw new StartRefusedException("KRITIS_Bus__Uri: without a broker there is no error queue; what failed is in the output of 'kritis up'");
        }

        try
        {
            var connection = await new ConnectionFactory { Uri = bus, ClientProvidedName = "kritis errors", RequestedConnectionTimeout = Patience }
                .CreateConnectionAsync(cancellationToken);
            var count = await CountAsync(connection, cancellationToken);
            var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
            return new ErrorQueue(connection, await connection.CreateChannelAsync(options, cancellationToken), count);
        }
        catch (BrokerUnreachableException away)
        {
            throw new StartRefusedException($"the broker at {bus.Host} cannot be reached: {away.GetBaseException().Message}", away);
        }
    }

    /// <summary>Takes the next message, or null where there is none. It is only lent until it is dropped or retried.</summary>
    public async Task<FailedPush?> TakeAsync(CancellationToken cancellationToken) =>
        await channel.BasicGetAsync(Name, autoAck: false, cancellationToken) is { } taken ? Read(taken) : null;

    /// <summary>Puts it into the work queue again, as it was, and takes it out of this one once the broker has it there.</summary>
    /// <exception cref="StartRefusedException">The broker did not take it; it stays where it was.</exception>
    public async Task RetryAsync(FailedPush push, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties(push.Message.BasicProperties)
        {
            Headers = push.Message.BasicProperties.Headers?
                .Where(header => !header.Key.StartsWith(FaultHeaders, StringComparison.Ordinal))
                .ToDictionary(header => header.Key, header => header.Value),
        };
        try
        {
            await channel.BasicPublishAsync("", MessageNames.SigningQueue, mandatory: true, properties, push.Message.Body, cancellationToken);
        }
        catch (PublishException refused)
        {
            throw new StartRefusedException($"the broker did not take {push.Id} for {MessageNames.SigningQueue}; it stays in {Name}: {refused.Message}", refused);
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

    private static FailedPush Read(BasicGetResult taken)
    {
        var push = Push(taken.Body.Span);
        return new FailedPush
        {
            Message = taken,
            Id = taken.BasicProperties.MessageId ?? push?.EventId ?? "",
            Push = push,
            Reason = Header(taken, "MT-Fault-Message"),
            FailedAt = Header(taken, "MT-Fault-Timestamp"),
        };
    }

    private static ImagePushed? Push(ReadOnlySpan<byte> body)
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

    private static string? Header(BasicGetResult taken, string name) => taken.BasicProperties.Headers?.TryGetValue(name, out var value) == true
        ? value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value?.ToString()
        : null;
}
