using System.Threading.Channels;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using MassTransit;

namespace Kritis.Events.Verifier.Admission.Journal;

/// <summary>Publishes decisions on the bus in memory, one by one: its subscribers are in the same process.</summary>
internal sealed partial class MassTransitPublisher(IBus bus, AdmissionMetrics metrics, TimeProvider time, ILogger<MassTransitPublisher> logger) : IDecisionPublisher
{
    private const int Concurrency = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Task PublishAsync(ChannelReader<AdmissionDecided> decisions, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        decisions.ReadAllAsync(cancellationToken),
        new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
        PublishAsync);

    private async ValueTask PublishAsync(AdmissionDecided decided, CancellationToken cancellationToken)
    {
        try
        {
            using var limit = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);

            // A bus that hangs waits in places where it does not look at the token.
            await bus.Publish(decided, either.Token).WaitAsync(either.Token);
        }
#pragma warning disable CA1031 // A decision that cannot be told must not end the telling of the next.
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            metrics.Dropped();
            Log.NotPublished(logger, decided.Uid, Excerpt.Of(failure.Message));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The decision on review {Uid} did not reach the bus: {Reason}")]
        public static partial void NotPublished(ILogger logger, string uid, string reason);
    }
}
