using System.Net;
using System.Threading.Channels;
using k8s.Autorest;
using Kritis.Events.ServiceDefaults.Kubernetes;

namespace Kritis.Events.Verifier.Events;

/// <summary>
/// Tells notices as Events in the cluster, one after the other and within <see cref="EventLimits"/>. Telling costs whoever tells a look into a table;
/// while the API server is away what waits is bounded.
/// </summary>
internal partial class ClusterEvents : BackgroundService
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(5);

    // An API server that has just started refuses what it will allow until it has read the roles: seconds, and more on a busy machine.
    private static readonly TimeSpan RolesPatience = TimeSpan.FromMinutes(1);
    private readonly EventWriter _writer;
    private readonly EventMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventLedger _ledger;
    private readonly TokenBucket _bucket;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private string? _problem;

    public ClusterEvents(EventWriter writer, EventLimits limits, EventMetrics metrics, TimeProvider time, ILogger<ClusterEvents> logger)
    {
        (_writer, _metrics, _time, _logger) = (writer, metrics, time, logger);
        _ledger = new EventLedger(limits, time, metrics.Dropped);
        _bucket = new TokenBucket(limits.Burst, limits.PerSecond, time);
    }

    /// <summary>Has a notice told; returns at once.</summary>
    public void Tell(EventNotice notice)
    {
        _ledger.Take(notice);
        _ = _wake.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _wake.Reader.WaitToReadAsync(stoppingToken))
        {
            _ = await _wake.Reader.ReadAsync(stoppingToken);
            while (_ledger.HasWaiting)
            {
                // What happens again while its turn has not come is counted, and told once.
                await _bucket.TakeAsync(stoppingToken);
                await TellNextAsync(stoppingToken);
            }
        }
    }

    private async Task TellNextAsync(CancellationToken stoppingToken)
    {
        if (!_ledger.TryNext(out var next))
        {
            return;
        }

        try
        {
            await _writer.WriteAsync(next, stoppingToken);
            _ledger.Written(next);
            _metrics.Told(next.IsWritten);
            Reached();
        }
#pragma warning disable CA1031 // What cannot be told must not end the telling of the next.
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await OvercomeAsync(next, failure, stoppingToken);
        }
    }

    /// <summary>What the API server will never take is given up; for what it may take later it is asked again.</summary>
    private async Task OvercomeAsync(ToldEvent next, Exception failure, CancellationToken stoppingToken)
    {
        var status = (failure as HttpOperationException)?.Response.StatusCode;
        var forbiddenSince = status == HttpStatusCode.Forbidden ? next.ForbiddenSince ?? _time.GetUtcNow() : (DateTimeOffset?)null;
        var isFinal = forbiddenSince is { } since ? _time.GetUtcNow() - since >= RolesPatience : IsFinal(status);
        _metrics.Failed(isFinal);
        Failed(failure is HttpOperationException ? "refused" : "away", failure);
        if (isFinal)
        {
            _ledger.Forget(next);
            return;
        }

        _ledger.Return(next, forbiddenSince);
        await Task.Delay(AwayPause, _time, stoppingToken);
    }

    private static bool IsFinal(HttpStatusCode? status) => status switch
    {
        null or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.Unauthorized => false,
        _ => (int)status is >= 400 and < 500,
    };

    private void Reached()
    {
        if (_problem is not null)
        {
            _problem = null;
            Log.Back(_logger);
        }
    }

    private void Failed(string problem, Exception failure)
    {
        if (_problem != problem)
        {
            _problem = problem;
            Log.NotTold(_logger, ClusterFailure.Reason(failure));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Events cannot be written into the cluster: {Reason}. Admissions do not depend on it.")]
        public static partial void NotTold(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Events can be written into the cluster again.")]
        public static partial void Back(ILogger logger);
    }
}
