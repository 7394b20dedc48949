namespace Kritis.Events.ServiceDefaults.Telemetry;

/// <summary>
/// Whether the service has started. Until then the host's own report of why it has not is held back: the reason is told once, in one
/// line, by <see cref="KritisService.RunAsync"/>.
/// </summary>
internal sealed class StartPhase : IHostedLifecycleService
{
    private volatile bool _isOver;

    public bool IsOver => _isOver;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _isOver = true;
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
