using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.ServiceDefaults.Bus;
using MassTransit;

namespace Kritis.Events.Verifier.Admission.Waiting;

/// <summary>
/// Listens for pushes, with a queue of this process' own that lives as long as it does. What is older than a minute or more than the queue holds is of no
/// use, and the broker drops it.
/// </summary>
internal static class PushFeed
{
    private const int MinuteInMilliseconds = 60_000;

    public static BusParts Parts { get; } = new(_ => { }, (bus, context) =>
    {
        var pushes = context.GetRequiredService<RecentPushes>();
        bus.ReceiveEndpoint($"kritis.recent-pushes.{Environment.MachineName}.{Guid.NewGuid():n}", endpoint =>
        {
            endpoint.PublishFaults = false;
            endpoint.DiscardFaultedMessages();
            endpoint.DiscardSkippedMessages();
            if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
            {
                (rabbit.Durable, rabbit.AutoDelete, rabbit.PrefetchCount) = (false, true, 200);
                rabbit.SetQueueArgument("x-max-length", RecentPushes.Most);
                rabbit.SetQueueArgument("x-message-ttl", MinuteInMilliseconds);
            }

            endpoint.Handler<ImagePushed>(pushed =>
            {
                // Plain JSON names no type: whatever a stray binding brings here would be read as a push.
                if (pushed.Headers.Get<string>(CloudEvent.TypeHeader) == MessageNames.ImagePushed)
                {
                    pushes.Add(pushed.Message.Image);
                }

                return Task.CompletedTask;
            });
        });
    });
}
