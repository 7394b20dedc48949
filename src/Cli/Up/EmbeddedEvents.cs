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

    public BusParts OfSigner => new(_ => { }, (bus, _) =>
    {
        Listen(bus, Pushed);
        Listen(bus, Skipped);
        Listen(bus, Failed);
    });

    public BusParts OfVerifier => new(_ => { }, (bus, _) => Listen(bus, Decided));

    public void OnAttested(Image image, IndexedAttestation attestation) => Attested?.Invoke(image, attestation);

    /// <summary>A queue for each kind: plain JSON names no type, so that one queue for all would read each message as every kind.</summary>
    private static void Listen<T>(IBusFactoryConfigurator bus, Action<T>? handler)
        where T : class => bus.ReceiveEndpoint($"kritis.console.{typeof(T).Name}", endpoint =>
        {
            endpoint.PublishFaults = false;
            endpoint.Handler<T>(context =>
            {
                handler?.Invoke(context.Message);
                return Task.CompletedTask;
            });
        });
}
