using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>What must be known before anything is said of a workload: the policies, the namespaces' labels and all of the attestation log.</summary>
internal sealed record WorkloadKnowledge(Func<bool> IsThere)
{
    public bool IsComplete => IsThere();

    public static WorkloadKnowledge Of(IResourceSource resources, NamespaceLabels labels, IndexFollower index) =>
        new(() => resources.FirstRead.IsCompletedSuccessfully && labels.IsFollowed && index.CaughtUp.IsCompletedSuccessfully && index.IsCurrent);
}
