using Kritis.Events.Attestations.Log.RabbitMq;
using Kritis.Events.Attestations.Log.Sqlite;
using Kritis.Events.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kritis.Events.Attestations.Log;

/// <summary>Chooses the log that belongs to the bus.</summary>
public static class AttestationLogRegistration
{
    /// <summary>Adds the RabbitMQ stream for <c>amqp(s):</c>, the SQLite file <c>attestations.db</c> in the data folder for <c>memory:</c>.</summary>
    /// <param name="services">The service's container; a log that was added before stays.</param>
    /// <param name="bus">Where the bus is.</param>
    /// <param name="dataPath">The data folder.</param>
    /// <param name="clientName">How the broker shows this process, for example <c>signer/host</c>.</param>
    public static IServiceCollection AddAttestationLog(this IServiceCollection services, Uri bus, string dataPath, string clientName)
    {
        ArgumentNullException.ThrowIfNull(bus);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IAttestationLog>(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return bus.Scheme == "memory"
                ? OpenFile(Path.Combine(dataPath, "attestations.db"), time)
                : new RabbitMqAttestationLog(bus, clientName, time);
        });
        return services;
    }

    private static SqliteAttestationLog OpenFile(string path, TimeProvider time)
    {
        try
        {
            return new SqliteAttestationLog(path, time);
        }
        catch (AttestationLogException failure)
        {
            throw new StartRefusedException($"{failure.Message}. Data:Path must be a folder that this process may write.", failure);
        }
    }
}
