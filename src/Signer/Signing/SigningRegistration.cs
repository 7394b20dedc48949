using Kritis.Events.Contracts.Wire;
using Kritis.Events.ServiceDefaults.Bus;
using Kritis.Events.Signer.Restoring;
using MassTransit;

namespace Kritis.Events.Signer.Signing;

/// <summary>Adds the consumer that signs and all it needs.</summary>
internal static class SigningRegistration
{
    public static IServiceCollection AddSigning(this IServiceCollection services, IConfiguration configuration)
    {
        _ = services.AddSingleton(SigningOptions.From(configuration));
        _ = services.AddSingleton<SigningMetrics>();
        _ = services.AddSingleton<PushedImages>();
        _ = services.AddSingleton<WitnessSignatures>();
        _ = services.AddSingleton<SignedAppends>();
        _ = services.AddSingleton<Attestor>();
        _ = services.AddSingleton<PushedTag>();
        _ = services.AddSingleton<TagClaimer>();
        _ = services.AddSingleton<RecentlyAttached>();
        _ = services.AddSingleton<AttachedSignatures>();
        _ = services.AddSingleton<ImageSigning>();
        _ = services.AddSingleton<Revocation>();
        _ = services.AddRestoring();
        return services.AddHostedService<AttachmentRepair>();
    }

    /// <summary>The work queue: a quorum queue on RabbitMQ, with as many pushes in hand as are worked on at once.</summary>
    public static BusParts Queue { get; } = new(bus => bus.AddConsumer<SignPushedImage>(), MapQueue) { Queues = WorkQueue.Both };

    private static void MapQueue(IBusFactoryConfigurator bus, IBusRegistrationContext context)
    {
        var options = context.GetRequiredService<SigningOptions>();
        bus.ReceiveEndpoint(MessageNames.SigningQueue, endpoint =>
        {
            endpoint.PrefetchCount = options.ConcurrentPushes;
            endpoint.ConcurrentMessageLimit = options.ConcurrentPushes;
            // A failure is told as SigningFailed; MassTransit's own fault message would be an exchange nobody knows.
            endpoint.PublishFaults = false;
            if (bus is IRabbitMqBusFactoryConfigurator broker && endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
            {
                WorkQueue.Declare(broker, rabbit);
            }

            endpoint.ConfigureConsumer<SignPushedImage>(context);
        });
    }
}
