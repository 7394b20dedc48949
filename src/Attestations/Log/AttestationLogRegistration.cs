using Kritis.Events.Attestations.Log.RabbitMq;
using Kritis.Events.Attestations.Log.Sqlite;
using Kritis.Events.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RabbitMQ.Client;

namespace Kritis.Events.Attestations.Log;

/// <summary>Chooses the log that belongs to the bus.</summary>
public static class AttestationLogRegistration
{
    /// <summary>Adds the RabbitMQ stream where there is a broker, the SQLite file <c>attestations.db</c> in the data folder where there is none.</summary>
    /// <param name="services">The service's container; a log that was added before stays.</param>
    /// <param name="broker">How a client of the broker is made, or null.</param>
    /// <param name="dataPath">The data folder.</param>
    /// <param name="clientName">How the broker shows this process, for example <c>signer/host</c>.</param>
    public static IServiceCollection AddAttestationLog(this IServiceCollection services, Func<ConnectionFactory>? broker, string dataPath, string clientName)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IAttestationLog>(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return broker is null
                ? OpenFile(Path.Combine(dataPath, "attestations.db"), time)
                : new RabbitMqAttestationLog(broker, clientName, time);
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
