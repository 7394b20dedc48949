using System.Threading.Channels;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Verifier.Admission.Journal;
using Kritis.Events.Verifier.Events;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>
/// Tells of every decision: a line in the log, a count, <see cref="AdmissionDecided"/> on the bus and, where the service speaks with an API server,
/// an Event in the cluster. It never slows or fails an admission: while the broker is away the oldest decisions that wait are dropped, and counted.
/// </summary>
internal sealed partial class DecisionJournal : BackgroundService
{
    /// <summary>The most decisions that wait for the broker.</summary>
    public const int MostWaiting = 5_000;

    /// <summary>The most images that are told of one decision, so that what waits is bounded in bytes too; the refused come first.</summary>
    public const int MostImages = 50;

    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(5);
    private readonly IDecisionPublisher _publisher;
    private readonly string _cluster;
    private readonly TimeProvider _time;
    private readonly AdmissionMetrics _metrics;
    private readonly ClusterEvents? _events;
    private readonly ILogger<DecisionJournal> _logger;
    private readonly Channel<AdmissionDecided> _waiting;

    public DecisionJournal(
        IDecisionPublisher publisher, ClusterOptions cluster, TimeProvider time, AdmissionMetrics metrics, ILogger<DecisionJournal> logger, ClusterEvents? events = null)
    {
        (_publisher, _cluster, _time, _metrics, _logger, _events) = (publisher, cluster.Name, time, metrics, logger, events);
        _waiting = Channel.CreateBounded<AdmissionDecided>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest }, _ => _metrics.Dropped());
    }

    public void CountNoReview() => _metrics.NoReview();

    public void Write(AdmissionRequest request, AdmissionDecision decision, TimeSpan elapsed)
    {
        _metrics.Answered(decision.Outcome, elapsed);
        var decided = DecisionReport.Of(request, decision, _cluster, _time.GetUtcNow(), elapsed);
        if (!_waiting.Writer.TryWrite(decided))
        {
            _metrics.Dropped();
        }

        if (_events is not null && DecisionEvent.Of(request, decision) is { } notice)
        {
            _events.Tell(notice);
        }

        if (_logger.IsEnabled(LogLevel.Information))
        {
            Log.Decided(
                _logger, decision.Outcome.Name(), decided.Operation, decided.Kind, decided.Namespace, decided.Name, decided.User,
                DecisionReport.Line(decided.Images), string.Join(", ", decided.Policies), decided.Reason, decided.DurationMicroseconds, decided.Uid);
        }
    }

    /// <summary>What waits is told before the service ends, within bounds.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _ = _waiting.Writer.TryComplete();
        if (ExecuteTask is { } telling)
        {
            using var limit = new CancellationTokenSource(LastPatience, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await telling.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _publisher.PublishAsync(_waiting.Reader, stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information,
            Message = "{Outcome}: {Operation} {Kind} {Namespace}/{Name} by {User}: [{Images}] policies [{Policies}] {Reason} in {Microseconds:0} µs, review {Uid}.")]
        public static partial void Decided(
            ILogger logger, string outcome, string? operation, string? kind, string? @namespace, string? name, string? user,
            string images, string policies, string? reason, double microseconds, string uid);
    }
}
