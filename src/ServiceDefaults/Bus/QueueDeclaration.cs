using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.ServiceDefaults.Settings;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Kritis.Events.ServiceDefaults.Bus;

/// <summary>
/// Declares the exchanges and the service's queues before MassTransit connects, and says what differs where the broker holds other ones of the same
/// name: MassTransit would try again without a word, or give up for good. Nothing is changed or deleted; once a person has put it right, the service
/// goes on.
/// </summary>
internal sealed partial class QueueDeclaration(
    BusOptions bus, ServiceIdentity service, IReadOnlyList<QueueDefinition> queues, TimeProvider time, ILogger<QueueDeclaration> logger) : BackgroundService, IHealthCheck
{
    public const string Name = "queues";
    private const int PreconditionFailed = 406;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly TaskCompletionSource _declared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _problem = "not yet declared";

    /// <summary>Completes once all are there as they should be; is cancelled when the service stops before.</summary>
    public Task Declared => _declared.Task;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_problem is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DeclareAsync(stoppingToken);
                _problem = null;
                _ = _declared.TrySetResult();
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                Tell(failure);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _ = _declared.TrySetCanceled(stoppingToken);
    }

    private async Task DeclareAsync(CancellationToken cancellationToken)
    {
        var factory = BrokerClient.Factory(bus);
        factory.ClientProvidedName = $"{service.Instance}/queues";
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var exchange in MessageNames.ByType.Values)
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        }

        foreach (var queue in queues)
        {
            _ = await channel.QueueDeclareAsync(
                queue.Name, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(queue.Arguments), cancellationToken: cancellationToken);
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
        [LoggerMessage(Message = "The work on the bus has not begun: {Problem}")]
        public static partial void Undeclared(ILogger logger, LogLevel level, string problem);
    }
}
