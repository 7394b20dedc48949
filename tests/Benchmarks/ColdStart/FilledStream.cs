using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Log.RabbitMq;
using Kritis.Events.Attestations.Log.Sqlite;
using Kritis.Events.Contracts.Wire;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kritis.Events.Benchmarks.ColdStart;

/// <summary>A generated log, put into the broker's stream.</summary>
internal sealed class FilledStream(Uri broker, int attestations)
{
    // As the verifier's own subscription has it.
    private const ushort Prefetch = 2_000;
    private const int AcknowledgeEvery = 500;

    /// <summary>Declares the topology and publishes the whole log.</summary>
    public async Task FillAsync(string file, CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), cancellationToken);
        await BusTopology.DeclareAsync(channel, cancellationToken);
        using var log = new SqliteAttestationLog(file, TimeProvider.System);
        var published = 0;
        await foreach (var happened in log.FollowAsync(after: null, cancellationToken))
        {
            if (happened is LogEvent.Record record)
            {
                var properties = new BasicProperties
                {
                    MessageId = record.Position.MessageId,
                    ContentType = CloudEvent.ContentType,
                    DeliveryMode = DeliveryModes.Persistent,
                    Headers = new Dictionary<string, object?> { [CloudEvent.TypeHeader] = record.Type, [CloudEvent.IdHeader] = record.Position.MessageId },
                };
                await channel.BasicPublishAsync("", MessageNames.AttestationLog, mandatory: false, properties, record.Body, cancellationToken);
                published++;
            }

            if (published == attestations)
            {
                break;
            }
        }

        // The broker takes what comes over one connection in order: once this is read, all of it is there.
        await DrainAsync(cancellationToken);
    }

    /// <summary>Reads the stream from its first to its last message and does nothing with them.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var read = 0;
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivered) =>
        {
            if (++read % AcknowledgeEvery == 0)
            {
                await channel.BasicAckAsync(delivered.DeliveryTag, multiple: true, cancellationToken);
            }

            if (read == attestations)
            {
                _ = drained.TrySetResult();
            }
        };
        _ = await channel.BasicConsumeAsync(
            MessageNames.AttestationLog, autoAck: false, consumerTag: "", noLocal: false, exclusive: false,
            new Dictionary<string, object?> { ["x-stream-offset"] = "first" }, consumer, cancellationToken);
        await drained.Task.WaitAsync(cancellationToken);
    }
}
