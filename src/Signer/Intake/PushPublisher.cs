using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Intake;

/// <summary>Hands messages to the broker and returns once it has confirmed every one.</summary>
internal sealed class PushPublisher(IBusControl bus, IOptions<IntakeOptions> options, TimeProvider time)
{
    /// <summary>Publishes all of them.</summary>
    /// <param name="pushes">What was pushed. Each must reach a queue.</param>
    /// <param name="skipped">What needs no signature.</param>
    /// <param name="cancellation">The registry went away.</param>
    /// <exception cref="BrokerUnavailableException">Not all were confirmed in time. Some may be on the bus, which is harmless (G5).</exception>
    public async Task PublishAsync(IReadOnlyList<ImagePushed> pushes, IReadOnlyList<SigningSkipped> skipped, CancellationToken cancellation)
    {
        if (pushes.Count + skipped.Count == 0)
        {
            return;
        }

        RefuseUnlessHealthy();
        using var timeout = new CancellationTokenSource(options.Value.PublishTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            var confirmations = pushes.Select(push => bus.Publish(push, MustReachAQueue, either.Token))
                .Concat(skipped.Select(skip => bus.Publish(skip, either.Token)));

            // The bus waits for a broker that is away in places where it does not look at the token.
            await Task.WhenAll(confirmations).WaitAsync(either.Token);
        }
        catch (MessageReturnedException returned)
        {
            throw new BrokerUnavailableException($"no queue takes {MessageNames.ImagePushed}: no signer has ever been connected to this broker", returned);
        }
        catch (Exception failed) when (!cancellation.IsCancellationRequested)
        {
            throw new BrokerUnavailableException(
                timeout.IsCancellationRequested ? $"the broker did not confirm within {options.Value.PublishTimeout}" : "the broker refused the message",
                failed);
        }
    }

    private static void MustReachAQueue(PublishContext<ImagePushed> context)
    {
        if (context.TryGetPayload(out RabbitMqSendContext? rabbit))
        {
            rabbit.Mandatory = true;
        }
    }

    // The bus's own endpoint is not connected before it is needed and calls itself healthy until then, so the others tell whether the broker is there.
    private void RefuseUnlessHealthy()
    {
        var health = bus.CheckHealth();
        var own = bus.Address.ToString();
        var others = health.Endpoints.Where(endpoint => endpoint.Key != own).Select(endpoint => endpoint.Value).ToArray();
        if (health.Status == BusHealthStatus.Unhealthy || (others.Length > 0 && others.All(IsAway)))
        {
            throw new BrokerUnavailableException("the broker is away", health.Exception ?? others.FirstOrDefault(IsAway).Exception);
        }
    }

    private static bool IsAway(EndpointHealthResult endpoint) => endpoint.Status == BusHealthStatus.Unhealthy;
}

/// <summary>The broker did not take a message; the message is fit to be sent back.</summary>
internal sealed class BrokerUnavailableException(string message, Exception? inner) : Exception(message, inner);
