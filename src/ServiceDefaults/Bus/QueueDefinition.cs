namespace Kritis.Events.ServiceDefaults.Bus;

/// <summary>A durable queue of a service with the durable fanout exchange of the same name before it, as the service declares both.</summary>
/// <param name="Name">The name of both.</param>
/// <param name="Arguments">The queue's arguments, RabbitMQ's <c>x-…</c>. A queue that is there with others is refused.</param>
public sealed record QueueDefinition(string Name, IReadOnlyDictionary<string, object?> Arguments)
{
    /// <summary>The exchanges in <see cref="Contracts.Wire.MessageNames.ByType"/> whose messages it takes.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];
}
