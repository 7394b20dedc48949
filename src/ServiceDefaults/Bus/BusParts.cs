using MassTransit;

namespace Kritis.Events.ServiceDefaults.Bus;

/// <summary>What a service puts on its bus.</summary>
/// <param name="Consumers">Adds consumers.</param>
/// <param name="Endpoints">Adds their receive endpoints.</param>
public sealed record BusParts(
    Action<IBusRegistrationConfigurator> Consumers, Action<IBusFactoryConfigurator, IBusRegistrationContext> Endpoints)
{
    /// <summary>The queues that must be on the broker, as they are told here, before the service is ready.</summary>
    public IReadOnlyList<QueueDefinition> Queues { get; init; } = [];
}
