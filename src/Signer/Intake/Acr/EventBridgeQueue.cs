using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Bus;
using Kritis.Events.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Kritis.Events.Signer.Intake.Acr;

/// <summary>
/// Takes Container Registry's events from the queue to which EventBridge delivers them (<c>Intake:EventBridgeQueue</c>). The queue is used as it is, or made as
/// a quorum queue where it is missing. A message is acknowledged once the broker has its pushes; one that cannot be read is kept in the queue <c>…_error</c> with
/// the reason; one whose registry is away goes back after some tries.
/// </summary>
internal sealed partial class EventBridgeQueue(
    BusOptions bus,
    ServiceIdentity service,
    EventBridgeIntake intake,
    PushPublisher publisher,
    PushJournal journal,
    IntakeMetrics metrics,
    IResourceSource resources,
    IOptions<IntakeOptions> options,
    TimeProvider time,
    ILogger<EventBridgeQueue> logger) : BackgroundService
{
    private const ushort Prefetch = 16;
    private const int Tries = 6;
    private const int NotFound = 404;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    private string Queue => options.Value.EventBridgeQueue!;

    private string ErrorQueue => Queue + "_error";

    // RabbitMQ 4 drops what has come back 20 times, unless it has somewhere to put it.
    private Dictionary<string, object?> WithErrorQueue => new(Quorum)
    {
        ["x-dead-letter-exchange"] = "",
        ["x-dead-letter-routing-key"] = ErrorQueue,
    };

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (string.IsNullOrWhiteSpace(options.Value.EventBridgeQueue))
        {
            return;
        }

        // Before the registries are known every event would be one of an unknown registry.
        await resources.FirstRead.WaitAsync(stoppingToken);
        for (var failures = 0; !stoppingToken.IsCancellationRequested; failures++)
        {
            try
            {
                await ConsumeAsync(() => failures = 0, stoppingToken);
            }
            catch (Exception lost) when (lost is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                Log.Lost(logger, Queue, lost.GetBaseException().Message);
                await Task.Delay(Pause(failures), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ConsumeAsync(Action connected, CancellationToken stoppingToken)
    {
        var factory = BrokerClient.Factory(bus);
        factory.ClientProvidedName = $"{service.Instance}/eventbridge";
        factory.ConsumerDispatchConcurrency = Prefetch;
        await using var connection = await factory.CreateConnectionAsync(stoppingToken);
        await DeclareAsync(connection, ErrorQueue, Quorum, stoppingToken);
        await DeclareAsync(connection, Queue, WithErrorQueue, stoppingToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, consumerDispatchConcurrency: Prefetch), stoppingToken);
        await channel.BasicQosAsync(0, Prefetch, global: false, stoppingToken);
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivered) =>
        {
            try
            {
                await TakeAsync(channel, delivered, stoppingToken);
            }
            catch (Exception stuck) when (stuck is not OperationCanceledException)
            {
                // It can be neither acknowledged nor kept, and would hold its place for ever: everything begins anew, and it is delivered again.
                await End(stuck.GetBaseException().Message);
            }
        };
        consumer.UnregisteredAsync += (_, _) => End("the broker ended the subscription: was the queue deleted?");
        channel.ChannelShutdownAsync += (_, reason) => End(reason.ReplyText);
        _ = await channel.BasicConsumeAsync(Queue, autoAck: false, consumer, stoppingToken);
        connected();
        Log.Consuming(logger, Queue);
        throw new IOException(await ended.Task.WaitAsync(stoppingToken));

        Task End(string reason)
        {
            _ = ended.TrySetResult(reason);
            return Task.CompletedTask;
        }
    }

    // Whoever made the queue chose its kind; declaring it again with other arguments would be refused.
    private static async Task DeclareAsync(IConnection connection, string queue, IDictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        try
        {
            await using var asking = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            _ = await asking.QueueDeclarePassiveAsync(queue, cancellationToken);
        }
        catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == NotFound)
        {
            await using var making = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            _ = await making.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
        }
    }

    private async Task TakeAsync(IChannel channel, BasicDeliverEventArgs delivered, CancellationToken stoppingToken)
    {
        // The client owns the delivered bytes only while this runs up to its first wait.
        var body = delivered.Body.ToArray();
        try
        {
            await TakeAsync(body, stoppingToken);
            await channel.BasicAckAsync(delivered.DeliveryTag, multiple: false, CancellationToken.None);
        }
        catch (MalformedException malformed)
        {
            metrics.Malformed();
            Log.Refused(logger, Queue, malformed.Message, ErrorQueue);
            await KeepAsync(channel, delivered, body, malformed.Message);
        }
        catch (Exception away) when (away is RegistryAwayException or BrokerUnavailableException or OperationCanceledException)
        {
            metrics.Unavailable();
            Log.Returned(logger, Queue, away.Message);
            await channel.BasicNackAsync(delivered.DeliveryTag, multiple: false, requeue: true, CancellationToken.None);
        }
        catch (Exception defect) when (defect is not (AlreadyClosedException or OperationInterruptedException or IOException))
        {
            Log.Defect(logger, Queue, ErrorQueue, defect);
            await KeepAsync(channel, delivered, body, defect.Message);
        }
    }

    private async Task TakeAsync(byte[] body, CancellationToken stoppingToken)
    {
        if (body.Length > options.Value.MaxBodyBytes)
        {
            throw new MalformedException($"the message has more than {options.Value.MaxBodyBytes} bytes (Intake:MaxBodyBytes)");
        }

        for (var tried = 1; ; tried++)
        {
            try
            {
                var taken = await intake.ReadAsync(new EventRequest(body, new HeaderDictionary(), null), stoppingToken);
                await publisher.PublishAsync(taken.Pushes, taken.Skipped, stoppingToken);
                journal.Record(taken);
                return;
            }
            catch (Exception away) when (away is RegistryAwayException or BrokerUnavailableException && tried < Tries)
            {
                await Task.Delay(Pause(tried), time, stoppingToken);
            }
        }
    }

    private async Task KeepAsync(IChannel channel, BasicDeliverEventArgs delivered, byte[] body, string reason)
    {
        var properties = new BasicProperties(delivered.BasicProperties) { DeliveryMode = DeliveryModes.Persistent };
        properties.Headers = new Dictionary<string, object?>(delivered.BasicProperties.Headers ?? new Dictionary<string, object?>()) { ["kritis_reason"] = Excerpt.Of(reason) };
        await channel.BasicPublishAsync("", ErrorQueue, mandatory: true, properties, body, CancellationToken.None);
        await channel.BasicAckAsync(delivered.DeliveryTag, multiple: false, CancellationToken.None);
    }

    private static TimeSpan Pause(int failures)
    {
        var longest = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 10)));
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Taking EventBridge's events from the queue {Queue}.")]
        public static partial void Consuming(ILogger logger, string queue);

        [LoggerMessage(LogLevel.Warning, "The queue {Queue} cannot be read for now: {Reason}.")]
        public static partial void Lost(ILogger logger, string queue, string reason);

        [LoggerMessage(LogLevel.Warning, "A message of {Queue} cannot be read ({Reason}); it is kept in {ErrorQueue}.")]
        public static partial void Refused(ILogger logger, string queue, string reason, string errorQueue);

        [LoggerMessage(LogLevel.Warning, "A message of {Queue} goes back and is tried again: {Reason}.")]
        public static partial void Returned(ILogger logger, string queue, string reason);

        [LoggerMessage(LogLevel.Error, "A message of {Queue} could not be taken; it is kept in {ErrorQueue}.")]
        public static partial void Defect(ILogger logger, string queue, string errorQueue, Exception defect);
    }
}
