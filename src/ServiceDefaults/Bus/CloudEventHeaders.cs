using Kritis.Events.Contracts.Wire;
using MassTransit;

namespace Kritis.Events.ServiceDefaults.Bus;

/// <summary>Puts the CloudEvents attributes of a message into its headers, so that any AMQP client can tell what it is.</summary>
internal sealed class CloudEventHeaders<T>(ServiceIdentity identity, TimeProvider time) : IFilter<PublishContext<T>>
    where T : class
{
    public Task Send(PublishContext<T> context, IPipe<PublishContext<T>> next)
    {
        if (MessageNames.ByType.ContainsKey(typeof(T)))
        {
            foreach (var (name, value) in CloudEvent.Headers(context.Message, identity.Source, time.GetUtcNow()))
            {
                context.Headers.Set(name, value);
            }
        }

        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("cloudEvents");
}
