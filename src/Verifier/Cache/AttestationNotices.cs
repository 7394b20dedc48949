using Kritis.Events.Attestations.Index;
using Kritis.Events.Verifier.Admission.Waiting;

namespace Kritis.Events.Verifier.Cache;

/// <summary>Tells reviews that wait of every attestation that the index takes in.</summary>
internal sealed class AttestationNotices(IndexWriter writer, AttestationArrivals arrivals) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        writer.Added += arrivals.Notice;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        writer.Added -= arrivals.Notice;
        return Task.CompletedTask;
    }
}
