using System.Threading.Channels;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Verifier.Admission.Journal;

/// <summary>Takes decisions to the bus. No admission waits for it, and none depends on it.</summary>
internal interface IDecisionPublisher
{
    /// <summary>Publishes until no more will come, or until it is cancelled. Each decision that it gives up is counted as dropped.</summary>
    /// <param name="decisions">The decisions that wait.</param>
    /// <param name="cancellationToken">Ends it; what it has in hand then is given up.</param>
    Task PublishAsync(ChannelReader<AdmissionDecided> decisions, CancellationToken cancellationToken);
}
