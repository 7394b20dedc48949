using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.ServiceDefaults.Settings;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Kritis.Events.ServiceDefaults.Bus;

/// <summary>
/// Declares the exchanges and the service's queues each time before MassTransit connects: what is published first has a queue to go to, also on a
/// broker that came back without its data. And says what differs where the broker holds other ones of the same name: MassTransit would try again
/// without a word, or give up for good. Nothing is changed or deleted; once a person has put it right, the service goes on.
/// </summary>
internal sealed partial class QueueDeclaration(
    BusOptions bus,
    ServiceIdentity service,
    IReadOnlyList<QueueDefinition> queues,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<QueueDeclaration> logger) : IHealthCheck
{
    public const string Name = "queues";
    private const int PreconditionFailed = 406;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private volatile string? _problem = "not yet declared";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_problem is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy());

    /// <summary>Returns once all are there as they should be.</summary>
    /// <exception cref="OperationCanceledException">The service stops before.</exception>
    public async Task UntilDeclaredAsync()
    {
        var stopping = lifetime.ApplicationStopping;
        while (true)
        {
            try
            {
                await DeclareAsync(stopping);
                _problem = null;
                return;
            }
            catch (Exception failure) when (!stopping.IsCancellationRequested)
            {
                Tell(failure);
            }

            await Task.Delay(Pause, time, stopping);
        }
    }

    private async Task DeclareAsync(CancellationToken cancellationToken)
    {
        var factory = BrokerClient.Factory(bus);
        factory.ClientProvidedName = $"{service.Instance}/queues";
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var exchange in MessageNames.ByType.Values.Concat(queues.Select(queue => queue.Name)))
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        }

        foreach (var queue in queues)
        {
            await DeclareAsync(channel, queue, cancellationToken);
        }
    }

    private static async Task DeclareAsync(IChannel channel, QueueDefinition queue, CancellationToken cancellationToken)
    {
        _ = await channel.QueueDeclareAsync(
            queue.Name, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(queue.Arguments), cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue.Name, queue.Name, routingKey: "", cancellationToken: cancellationToken);
        foreach (var source in queue.Sources)
        {
            await channel.ExchangeBindAsync(queue.Name, source, routingKey: "", cancellationToken: cancellationToken);
        }
    }

    private void Tell(Exception failure)
    {
        var refusal = failure is OperationInterruptedException { ShutdownReason: { ReplyCode: PreconditionFailed } reason } ? reason.ReplyText : null;
        var problem = refusal is not null
            ? $"a queue or exchange on {bus.Address} differs from what this release declares ({Excerpt.Of(refusal)}); nothing was changed: docs/rabbitmq.md says under 'A queue that differs' how to replace it"
            : $"the queues could not be declared on {bus.Address}: {Excerpt.Of(failure.GetBaseException().Message)}";
        if (problem != _problem)
        {
            Log.Undeclared(logger, refusal is null ? LogLevel.Warning : LogLevel.Error, problem);
        }

        _problem = problem;
    }

    private static partial class Log
    {
        [LoggerMessage(Message = "The work on the bus waits: {Problem}")]
        public static partial void Undeclared(ILogger logger, LogLevel level, string problem);
    }
}
