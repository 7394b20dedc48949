using System.Runtime.InteropServices;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kritis.Events.ServiceDefaults.Stopping;

/// <summary>
/// Stops the service some time after it was asked to. Whoever deletes a Pod signals it and takes it off the list of those that get requests
/// at the same moment, and the list takes a while to arrive. Until then everything goes on as before, only <c>/readyz</c> says no. A second
/// signal ends the waiting.
/// </summary>
internal sealed partial class DrainingLifetime(
    ShutdownOptions options, IHostApplicationLifetime application, TimeProvider time, ILogger<DrainingLifetime> logger) : IHostLifetime, IHealthCheck, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _draining;

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Volatile.Read(ref _draining) == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the service is about to stop"));

    /// <inheritdoc/>
    public void Dispose() => _signals.ForEach(signal => signal.Dispose());

    /// <summary>What a signal does.</summary>
    /// <returns>Ends when the service has been told to stop.</returns>
    internal async Task DrainAsync()
    {
        if (Interlocked.Exchange(ref _draining, 1) == 0)
        {
            Log.Draining(logger, options.Drain);
            await Task.Delay(options.Drain, time, application.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        application.StopApplication();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        // The process ends when the host has stopped, not now.
        signal.Cancel = true;
        _ = DrainAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Asked to stop; requests are answered for another {Drain}.")]
        public static partial void Draining(ILogger logger, TimeSpan drain);
    }
}
