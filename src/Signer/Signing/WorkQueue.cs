using Kritis.Events.Contracts.Wire;
using Kritis.Events.ServiceDefaults.Bus;
using MassTransit;

namespace Kritis.Events.Signer.Signing;

/// <summary>
/// The queue of the pushes and the one of those that could not be signed (G2). Both are quorum queues. A push whose signer died with it, or that came
/// back, <see cref="MostDeliveries"/> times goes to the error queue by the broker's own hand, at least once: it is kept in the work queue until the error
/// queue has it.
/// </summary>
internal static class WorkQueue
{
    /// <summary>How often a push may come back before it is taken for one that ends its signer.</summary>
    public const int MostDeliveries = 20;

    /// <summary>RabbitMQ 4 drops a message after 20 looks where nothing else is said, and a look at an error queue is a delivery. Releases before know no -1.</summary>
    private const int NoLimit = int.MaxValue;

    private static readonly Dictionary<string, object?> Arguments = new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = MostDeliveries,
        ["x-dead-letter-exchange"] = MessageNames.SigningErrors,
        ["x-dead-letter-strategy"] = "at-least-once",
        // What at-least-once needs. Without a limit of its own the queue refuses nothing.
        ["x-overflow"] = "reject-publish",
    };

    private static readonly Dictionary<string, object?> ErrorArguments = new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = NoLimit,
    };

    public static IReadOnlyList<QueueDefinition> Both { get; } =
        [new(MessageNames.SigningErrors, ErrorArguments), new(MessageNames.SigningQueue, Arguments) { Sources = [MessageNames.ImagePushed] }];

    /// <summary>Has MassTransit declare both, and the exchange of the error queue, as they are told here.</summary>
    public static void Declare(IRabbitMqBusFactoryConfigurator bus, IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        foreach (var (name, value) in Arguments)
        {
            endpoint.SetQueueArgument(name, value);
        }

        endpoint.BindDeadLetterQueue(MessageNames.SigningErrors, MessageNames.SigningErrors, Set);
        // MassTransit gives an error queue the arguments of its work queue; dead-lettering to itself is not what it is for.
        bus.SendTopology.ConfigureErrorSettings = settings =>
        {
            foreach (var name in Arguments.Keys)
            {
                settings.SetQueueArgument(name, null);
            }

            Set(settings);
        };
    }

    private static void Set(IRabbitMqQueueConfigurator queue)
    {
        foreach (var (name, value) in ErrorArguments)
        {
            queue.SetQueueArgument(name, value);
        }
    }
}
