using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.ServiceDefaults.Bus;
using MassTransit;

namespace Kritis.Events.Cli.Up;

/// <summary>What happens in the embedded system, as it happens. Handlers are called from several threads.</summary>
internal sealed class EmbeddedEvents
{
    public Action<ImagePushed>? Pushed { get; init; }

    public Action<Image, IndexedAttestation>? Attested { get; init; }

    public Action<SigningSkipped>? Skipped { get; init; }

    public Action<SigningFailed>? Failed { get; init; }

    public Action<AdmissionDecided>? Decided { get; init; }

    public BusParts OfSigner => Parts(endpoint =>
    {
        endpoint.Handler<ImagePushed>(context => Tell(Pushed, context.Message));
        endpoint.Handler<SigningSkipped>(context => Tell(Skipped, context.Message));
        endpoint.Handler<SigningFailed>(context => Tell(Failed, context.Message));
    });

    public BusParts OfVerifier => Parts(endpoint => endpoint.Handler<AdmissionDecided>(context => Tell(Decided, context.Message)));

    public void OnAttested(Image image, IndexedAttestation attestation) => Attested?.Invoke(image, attestation);

    private static BusParts Parts(Action<IReceiveEndpointConfigurator> handlers) => new(
        _ => { },
        (bus, _) => bus.ReceiveEndpoint("kritis.console", endpoint =>
        {
            endpoint.PublishFaults = false;
            handlers(endpoint);
        }));

    private static Task Tell<T>(Action<T>? handler, T message)
    {
        handler?.Invoke(message);
        return Task.CompletedTask;
    }
}
