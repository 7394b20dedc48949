namespace Kritis.Events.ServiceDefaults.Bus;

/// <summary>A durable queue of a service, as it declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">Its arguments, RabbitMQ's <c>x-…</c>. A queue that is there with others is refused.</param>
public sealed record QueueDefinition(string Name, IReadOnlyDictionary<string, object?> Arguments);
