using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Verifier.Policies;
using MassTransit;

namespace Kritis.Events.Verifier.Admission;

/// <summary>
/// Tells of every decision: a line in the log, a count, and <see cref="AdmissionDecided"/> on the bus. It never slows or fails an
/// admission: while the broker is away the oldest decisions that wait are dropped, and counted.
/// </summary>
internal sealed partial class DecisionJournal : BackgroundService
{
    private const int MostWaiting = 10_000;
    private const int Concurrency = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly IBus _bus;
    private readonly string _cluster;
    private readonly TimeProvider _time;
    private readonly ILogger<DecisionJournal> _logger;
    private readonly Counter<long> _admissions;
    private readonly Counter<long> _dropped;
    private readonly Histogram<double> _duration;
    private readonly Channel<AdmissionDecided> _waiting;

    public DecisionJournal(IBus bus, ClusterOptions cluster, TimeProvider time, IMeterFactory meters, ILogger<DecisionJournal> logger)
    {
        (_bus, _cluster, _time, _logger) = (bus, cluster.Name, time, logger);
        var meter = meters.Create("Kritis.Events.Verifier");
        _admissions = meter.CreateCounter<long>("kritis_admissions", description: "Admission reviews, by how they were answered.");
        _dropped = meter.CreateCounter<long>("kritis_journal_dropped", description: "Decisions that did not reach the bus.");
        _duration = meter.CreateHistogram<double>("kritis_admission_duration_seconds", "s", "Time from a whole review to its decision.");
        _waiting = Channel.CreateBounded<AdmissionDecided>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest }, _ => _dropped.Add(1));
    }

    public void CountUnreadable() => _admissions.Add(1, new KeyValuePair<string, object?>("outcome", "no-review"));

    public void Write(AdmissionRequest request, AdmissionDecision decision, TimeSpan elapsed)
    {
        _admissions.Add(1, new KeyValuePair<string, object?>("outcome", decision.Outcome));
        _duration.Record(elapsed.TotalSeconds);
        var told = new AdmissionDecided
        {
            Uid = Excerpt.Of(request.Uid),
            Cluster = _cluster,
            Namespace = Shown(request.Namespace),
            Kind = Shown(request.Kind),
            Name = Shown(request.Name),
            Operation = Shown(request.Operation),
            User = Shown(request.User),
            Allowed = decision.Allowed,
            DryRun = decision.DryRun,
            Reason = decision.Reason,
            Policies = decision.Policies,
            Images = decision.Images,
            DecidedAt = _time.GetUtcNow(),
            DurationMicroseconds = elapsed.TotalMicroseconds,
        };
        _ = _waiting.Writer.TryWrite(told);
        if (_logger.IsEnabled(LogLevel.Information))
        {
            Log.Decided(_logger, decision.Outcome, told.Operation, told.Kind, told.Namespace, told.Name, told.User, Images(decision),
                string.Join(',', decision.Policies), decision.Reason, told.DurationMicroseconds, told.Uid);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        _waiting.Reader.ReadAllAsync(stoppingToken),
        new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = stoppingToken },
        PublishAsync);

    private async ValueTask PublishAsync(AdmissionDecided decided, CancellationToken cancellationToken)
    {
        try
        {
            using var limit = new CancellationTokenSource(Patience, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);

            // A bus whose broker is away waits in places where it does not look at the token.
            await _bus.Publish(decided, either.Token).WaitAsync(either.Token);
        }
#pragma warning disable CA1031 // A decision that cannot be told must not end the telling of the next.
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _dropped.Add(1);
            Log.NotPublished(_logger, decided.Uid, failure.Message);
        }
    }

    private static string? Shown(string? text) => text is null ? null : Excerpt.Of(text);

    private static string Images(AdmissionDecision decision) => string.Join(", ",
        decision.Images.Take(20).Select(image => image.Attested ? $"{image.Image} attested" : $"{image.Image} refused ({image.Explanation})"));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information,
            Message = "{Outcome}: {Operation} {Kind} {Namespace}/{Name} by {User}: [{Images}] policies [{Policies}] {Reason} in {Microseconds:0} µs, review {Uid}.")]
        public static partial void Decided(
            ILogger logger, string outcome, string? operation, string? kind, string? @namespace, string? name, string? user,
            string images, string policies, string? reason, double microseconds, string uid);

        [LoggerMessage(Level = LogLevel.Debug, Message = "The decision on review {Uid} did not reach the bus: {Reason}")]
        public static partial void NotPublished(ILogger logger, string uid, string reason);
    }
}
