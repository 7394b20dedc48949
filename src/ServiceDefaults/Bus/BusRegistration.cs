using System.Text.Json.Serialization;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.ServiceDefaults.Settings;
using MassTransit;

namespace Kritis.Events.ServiceDefaults.Bus;

/// <summary>The bus: RabbitMQ, or in memory; plain JSON, readable exchange names, CloudEvents headers.</summary>
public static class BusRegistration
{
    /// <summary>How long what is in hand may take to come to its end when the service is to stop; what does not goes back to its queue.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Adds the bus that <c>Bus:Uri</c> names.</summary>
    /// <param name="builder">The service; <see cref="KritisService.CreateBuilder"/> made it.</param>
    /// <param name="needed">Whether the service is unready while the broker is away.</param>
    /// <param name="parts">Consumers and their receive endpoints; null entries are passed over.</param>
    public static WebApplicationBuilder AddBus(
        this WebApplicationBuilder builder, bool needed, params BusParts?[] parts)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(parts);
        var options = BusOptions.From(builder.Configuration);
        _ = builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Name = "bus";
                health.Tags.Clear();
                _ = needed && health.Tags.Add(HealthEndpoints.Ready);
            });
            foreach (var part in parts.OfType<BusParts>())
            {
                part.Consumers(bus);
            }

            if (options.InMemory)
            {
                bus.UsingInMemory((context, memory) => Configure(memory, context, parts));
            }
            else
            {
                bus.UsingRabbitMq((context, rabbit) =>
                {
                    Connect(rabbit, options, context);
                    Configure(rabbit, context, parts);
                });
            }
        });
        AddQueues(builder.Services, options, needed, [.. parts.OfType<BusParts>().SelectMany(part => part.Queues)]);
        // A broker that is away at the start is waited for; the service comes up and says so at /readyz.
        _ = builder.Services.Configure<MassTransitHostOptions>(host =>
        {
            host.WaitUntilStarted = false;
            // Without it consumers are cancelled at once.
            host.ConsumerStopTimeout = Grace;
            host.StopTimeout = Grace + TimeSpan.FromSeconds(5);
        });
        return builder;
    }

    private static void AddQueues(IServiceCollection services, BusOptions options, bool needed, IReadOnlyList<QueueDefinition> queues)
    {
        if (options.InMemory || queues.Count == 0)
        {
            return;
        }

        _ = services.AddSingleton(provider => ActivatorUtilities.CreateInstance<QueueDeclaration>(provider, options, queues));
        _ = services.AddHealthChecks().AddCheck<QueueDeclaration>(QueueDeclaration.Name, tags: needed ? [HealthEndpoints.Ready] : []);
    }

    private static void Connect(IRabbitMqBusFactoryConfigurator rabbit, BusOptions options, IServiceProvider services)
    {
        var (address, first) = (options.Address, options.Address.Hosts[0]);
        var queues = services.GetService<QueueDeclaration>();
        rabbit.Host(first.Host, (ushort)first.Port, address.VirtualHost, services.GetRequiredService<ServiceIdentity>().Instance, host =>
        {
            host.Username(address.UserName);
            host.Password(address.Password);
            host.Heartbeat(BrokerClient.Heartbeat);
            host.RequestedConnectionTimeout(BrokerClient.Patience);
            // Called before each connection. The host above only stands in names; which node is connected to, and how, is decided in one place.
            host.OnRefreshConnectionFactory = factory =>
            {
                BrokerClient.Configure(factory, options);
                return queues?.UntilDeclaredAsync() ?? Task.CompletedTask;
            };
        });
    }

    private static void Configure(IBusFactoryConfigurator bus, IBusRegistrationContext context, IEnumerable<BusParts?> parts)
    {
        bus.ClearSerialization();
        bus.UseRawJsonSerializer(RawSerializerOptions.AnyMessageType, isDefault: true);
        bus.ConfigureJsonSerializerOptions(json =>
        {
            json.TypeInfoResolverChain.Insert(0, WireJson.Default);
            // MassTransit writes with its own options; what is sent is to be the same whoever sends it.
            json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.PropertyNameCaseInsensitive = false;
            json.NumberHandling = JsonNumberHandling.Strict;
            json.AllowDuplicateProperties = false;
            return json;
        });
        bus.Message<ImagePushed>(message => message.SetEntityName(MessageNames.ImagePushed));
        bus.Message<AttestationCreated>(message => message.SetEntityName(MessageNames.AttestationCreated));
        bus.Message<AttestationRevoked>(message => message.SetEntityName(MessageNames.AttestationRevoked));
        bus.Message<SigningSkipped>(message => message.SetEntityName(MessageNames.SigningSkipped));
        bus.Message<SigningFailed>(message => message.SetEntityName(MessageNames.SigningFailed));
        bus.Message<AdmissionDecided>(message => message.SetEntityName(MessageNames.AdmissionDecided));
        bus.Message<WorkloadViolated>(message => message.SetEntityName(MessageNames.WorkloadViolated));
        bus.UsePublishFilter(typeof(CloudEventHeaders<>), context);
        foreach (var part in parts.OfType<BusParts>())
        {
            part.Endpoints(bus, context);
        }
    }
}
