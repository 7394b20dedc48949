using Kritis.Events.ServiceDefaults.Bus;
using RabbitMQ.Client;

namespace Kritis.Events.ServiceDefaults.Settings;

/// <summary>The settings that a service's features ask for while they are added.</summary>
public static class KritisSettings
{
    /// <summary>How a client of the broker is made; null where messages stay in this process.</summary>
    public static Func<ConnectionFactory>? Broker(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = BusOptions.From(builder.Configuration);
        return options.InMemory ? null : () => BrokerClient.Factory(options);
    }

    /// <summary>The data folder, which exists.</summary>
    public static string DataPath(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return DataOptions.From(builder.Configuration).Path;
    }
}
