using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission.Waiting;

/// <summary>
/// Decides a review, and where it would be refused only for signatures that are on their way, waits for them: as long as every policy that refuses allows,
/// and within the time the API server gives its webhook. No thread is held, and only so many reviews wait at once.
/// </summary>
internal sealed class PatientDecider(
    AdmissionDecider decider, ClusterPolicies policies, NamespaceLabels labels, AttestationArrivals arrivals, TimeProvider time)
{
    /// <summary>The most reviews that wait at once; a further one is answered at once.</summary>
    public const int MostWaiting = 1_000;

    private int _waiting;

    /// <param name="request">The review.</param>
    /// <param name="limit">How long the answer may take in all.</param>
    /// <param name="cancellationToken">Ends the waiting; the review is then decided as it stands.</param>
    public async ValueTask<AdmissionDecision> DecideAsync(AdmissionRequest request, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (request is { Namespace: { Length: > 0 } ns, Images.Count: > 0 } && policies.Current.AsksForLabels(ns))
        {
            await labels.UntilKnownAsync(ns, cancellationToken);
        }

        var decision = decider.Decide(request);
        if (decision.Awaited.Count == 0)
        {
            return decision;
        }

        try
        {
            return Interlocked.Increment(ref _waiting) <= MostWaiting
                ? await WaitAsync(request, decision, decision.Patience < limit ? decision.Patience : limit, cancellationToken)
                : decision;
        }
        finally
        {
            _ = Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<AdmissionDecision> WaitAsync(AdmissionRequest request, AdmissionDecision decision, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (decision.Awaited.Count > 0 && !either.IsCancellationRequested)
        {
            using var listener = arrivals.Listen(decision.Awaited);

            // Once more after listening has begun: what arrived in between is not missed.
            decision = decider.Decide(request);
            if (decision.Awaited.Count > 0)
            {
                await listener.Arrived.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                decision = decider.Decide(request);
            }
        }

        return decision;
    }
}
