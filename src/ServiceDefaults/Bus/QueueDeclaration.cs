using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults.Settings;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client.Exceptions;

namespace Kritis.Events.ServiceDefaults.Bus;

/// <summary>
/// Declares the service's queues and says what differs where the broker holds other ones of the same name, which MassTransit would try again and again
/// without a word. Nothing is changed or deleted; once a person has put it right, the service goes on.
/// </summary>
internal sealed partial class QueueDeclaration(
    BusOptions bus, ServiceIdentity service, IReadOnlyList<QueueDefinition> queues, TimeProvider time, ILogger<QueueDeclaration> logger) : BackgroundService, IHealthCheck
{
    public const string Name = "queues";
    private const int PreconditionFailed = 406;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private volatile string? _problem = "not yet declared";

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
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                Tell(failure);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DeclareAsync(CancellationToken cancellationToken)
    {
        var factory = BrokerClient.Factory(bus);
        factory.ClientProvidedName = $"{service.Instance}/queues";
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
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
            ? $"a queue on {bus.Address} differs from what this release declares ({Excerpt.Of(refusal)}); nothing was changed: docs/rabbitmq.md says under 'A queue that differs' how to replace it"
            : $"the queues could not be declared on {bus.Address}: {Excerpt.Of(failure.GetBaseException().Message)}";
        if (refusal is not null && problem != _problem)
        {
            Log.Differs(logger, problem);
        }

        _problem = problem;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "{Problem}")]
        public static partial void Differs(ILogger logger, string problem);
    }
}
