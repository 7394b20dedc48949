using Kritis.Events.Attestations.Kubernetes;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>The objects of one kind, whatever they are read as.</summary>
internal interface IHeldKind
{
    ClusterKind Kind { get; }

    /// <summary>Whether all objects of the kind were read once, or the cluster was found not to have the kind.</summary>
    bool IsKnown { get; }

    /// <summary>Takes in what the watch saw.</summary>
    /// <returns>Whether anything counts differently now; a change of an object's status alone does not.</returns>
    bool Apply(ClusterChange<CustomDocument> change);

    /// <summary>Notes that the cluster does not have the kind; has no effect once objects of it were read.</summary>
    void MarkAbsent();
}
