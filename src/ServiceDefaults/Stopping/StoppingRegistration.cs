using Kritis.Events.ServiceDefaults.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kritis.Events.ServiceDefaults.Stopping;

/// <summary>How a service stops.</summary>
internal static class StoppingRegistration
{
    // The bus has 15 s of it.
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Adds <see cref="DrainingLifetime"/> where <c>Shutdown:Drain</c> asks for it.</summary>
    /// <exception cref="Settings.SettingException">The setting is wrong.</exception>
    public static WebApplicationBuilder AddStopping(this WebApplicationBuilder builder)
    {
        var options = ShutdownOptions.From(builder.Configuration);
        _ = builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Patience);
        if (options.Drain == TimeSpan.Zero)
        {
            return builder;
        }

        _ = builder.Services.AddSingleton(options).AddSingleton<DrainingLifetime>();
        _ = builder.Services.AddSingleton<IHostLifetime>(services => services.GetRequiredService<DrainingLifetime>());
        _ = builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "stopping", services => services.GetRequiredService<DrainingLifetime>(), HealthStatus.Unhealthy, [HealthEndpoints.Ready]));
        return builder;
    }
}
