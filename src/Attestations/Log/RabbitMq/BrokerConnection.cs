using Kritis.Events.Contracts.Images;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Kritis.Events.Attestations.Log.RabbitMq;

/// <summary>
/// Opens connections to the broker that do not recover by themselves: a recovered stream consumer would start at its first offset again.
/// Whoever uses one opens another when it is lost.
/// </summary>
internal sealed class BrokerConnection(Func<ConnectionFactory> broker, string clientName)
{
    /// <summary>
    /// The largest message RabbitMQ can be set to take. With a lower limit here one such message in a stream, which nobody can delete,
    /// would end every connection that reaches it.
    /// </summary>
    internal const uint MostMessageBytes = 512 * 1024 * 1024;

    /// <summary>The broker, without user name and password.</summary>
    public string Description { get; } = Describe(broker());

    /// <summary>Opens a connection with the bus topology declared.</summary>
    /// <exception cref="AttestationLogException">The broker cannot be reached, refuses the sign-in, or holds a differing topology.</exception>
    public Task<IConnection> OpenAsync(CancellationToken cancellationToken) => OpenAsync(DeclareAsync, cancellationToken);

    /// <summary>Opens one beside another that has just declared the bus topology.</summary>
    /// <exception cref="AttestationLogException">The broker cannot be reached, or refuses the sign-in.</exception>
    public Task<IConnection> OpenBesideAsync(CancellationToken cancellationToken) => OpenAsync((_, _) => Task.CompletedTask, cancellationToken);

    private async Task<IConnection> OpenAsync(Func<IConnection, CancellationToken, Task> prepare, CancellationToken cancellationToken)
    {
        var factory = broker();
        factory.ClientProvidedName = clientName;
        factory.AutomaticRecoveryEnabled = false;
        factory.TopologyRecoveryEnabled = false;
        factory.RequestedConnectionTimeout = TimeSpan.FromSeconds(5);
        factory.ContinuationTimeout = TimeSpan.FromSeconds(10);
        factory.RequestedHeartbeat = TimeSpan.FromSeconds(10);
        factory.MaxInboundMessageBodySize = MostMessageBytes;
        IConnection? connection = null;
        try
        {
            connection = await factory.CreateConnectionAsync(cancellationToken);
            await prepare(connection, cancellationToken);
            return connection;
        }
        catch (Exception failure)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            if (!IsBrokerFailure(failure, cancellationToken))
            {
                throw;
            }

            throw new AttestationLogException(Explain(failure), failure);
        }
    }

    /// <summary>
    /// Whether an exception means that the broker, not this program, is at fault. The client shows an answer that did not come in time
    /// as a cancellation; it is one only where the caller asked for it.
    /// </summary>
    public static bool IsBrokerFailure(Exception failure, CancellationToken cancellationToken) => failure is OperationCanceledException
        ? !cancellationToken.IsCancellationRequested
        : failure is RabbitMQClientException or IOException or TimeoutException or System.Net.Sockets.SocketException or ObjectDisposedException;

    private static async Task DeclareAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await BusTopology.DeclareAsync(channel, cancellationToken);
    }

    private static string Describe(ConnectionFactory factory)
    {
        var nodes = factory.EndpointResolverFactory([factory.Endpoint]).All().OrderBy(node => node.ToString(), StringComparer.Ordinal).ToArray();
        var vhost = factory.VirtualHost == "/" ? "" : Uri.EscapeDataString(factory.VirtualHost);
        return $"{(nodes[0].Ssl.Enabled ? "amqps" : "amqp")}://{string.Join(',', nodes.Select(node => $"{node.HostName}:{node.Port}"))}/{vhost}";
    }

    private string Explain(Exception failure) => failure switch
    {
        OperationInterruptedException { ShutdownReason: { ReplyCode: 406 } reason } =>
            $"an exchange or queue on {Description} differs from what Kritis.Events declares ({Excerpt.Of(reason.ReplyText)}); nothing was changed: docs/rabbitmq.md says under 'A queue that differs' how to replace it",
        OperationInterruptedException { ShutdownReason: { ReplyCode: 404 } reason } when reason.ReplyText.Contains("inaccessible", StringComparison.Ordinal) =>
            $"the broker at {Description} does not reach the data of a queue ({Excerpt.Of(reason.ReplyText)}); docs/rabbitmq.md says under 'A queue that is down' what that can be; delete nothing before it is read",
        OperationInterruptedException { ShutdownReason: { ReplyCode: 403 } reason } =>
            $"the broker at {Description} forbids it ({reason.ReplyText}); grant the user configure, write and read on '^(kritis\\..*|amq\\.default)$'",
        BrokerUnreachableException { InnerException: AuthenticationFailureException } =>
            $"the broker at {Description} refuses the user name or password of Bus:Uri",
        _ => $"the broker at {Description} cannot be reached: {failure.GetBaseException().Message}",
    };
}
