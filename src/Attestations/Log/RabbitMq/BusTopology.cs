using Kritis.Events.Contracts.Wire;
using RabbitMQ.Client;

namespace Kritis.Events.Attestations.Log.RabbitMq;

/// <summary>
/// The exchanges and streams of the bus, declared here and nowhere else: a second definition that differs would be refused by the broker.
/// Declaring is idempotent, deletes nothing, and is done by every service before it publishes or reads, so that nothing is lost that
/// is published before the first reader exists.
/// </summary>
public static class BusTopology
{
    private static readonly Dictionary<string, object?> Stream = new() { ["x-queue-type"] = "stream" };

    /// <summary>Declares what is not there yet.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.OperationInterruptedException">The broker holds one that differs (406), or forbids it (403).</exception>
    public static async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);
        foreach (var exchange in MessageNames.ByType.Values)
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        }

        await DeclareStreamAsync(channel, MessageNames.AttestationLog,
            [MessageNames.AttestationCreated, MessageNames.AttestationRevoked], cancellationToken);
        await DeclareStreamAsync(channel, MessageNames.Restrictions, [MessageNames.AttestationRevoked], cancellationToken);
        await BindTagClaimsAsync(channel, cancellationToken);
        await DeclareStreamAsync(channel, MessageNames.AuditTrail, [.. MessageNames.ByType.Values], cancellationToken);
    }

    private static async Task BindTagClaimsAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(
            MessageNames.TagClaims, ExchangeType.Headers, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.ExchangeBindAsync(MessageNames.TagClaims, MessageNames.AttestationCreated, routingKey: "", cancellationToken: cancellationToken);
        await channel.QueueBindAsync(
            MessageNames.Restrictions, MessageNames.TagClaims, routingKey: "",
            new Dictionary<string, object?> { ["x-match"] = "all", [MessageNames.TagClaimHeader] = "1" }, cancellationToken: cancellationToken);
    }

    private static async Task DeclareStreamAsync(
        IChannel channel, string stream, IReadOnlyList<string> exchanges, CancellationToken cancellationToken)
    {
        await channel.QueueDeclareAsync(stream, durable: true, exclusive: false, autoDelete: false, Stream, cancellationToken: cancellationToken);
        foreach (var exchange in exchanges)
        {
            await channel.QueueBindAsync(stream, exchange, routingKey: "", cancellationToken: cancellationToken);
        }
    }
}
