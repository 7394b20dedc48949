using Kritis.Events.Attestations.Index;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>Asks the decision core what it would say to a Pod, were it created now. The answer is no admission and is not counted as one.</summary>
internal sealed class WorkloadCheck(
    ClusterPolicies policies, NamespaceLabels labels, AttestationIndex index, Func<LogProgress> progress, TimeProvider time)
{
    // No push was just seen for it: a Pod that runs waits for no signature, and what is said of it does not change with the seconds.
    private readonly AdmissionDecider _decider = new(policies, labels, index, new RecentPushes(time), progress, time);

    /// <summary>Checks a Pod.</summary>
    /// <param name="pod">The Pod.</param>
    /// <param name="finding">What speaks against it, or null.</param>
    /// <returns>Whether anything can be said: not where labels decide and the namespace's are not known yet.</returns>
    public bool TryCheck(RunningPod pod, out WorkloadFinding? finding)
    {
        finding = null;
        var ns = pod.Key.Namespace;
        if (policies.Current.AsksForLabels(ns) && labels.Of(ns) is null)
        {
            return false;
        }

        finding = WorkloadFinding.Of(_decider.Decide(pod.AsReview()));
        return true;
    }
}
