using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Restoring;

/// <summary>
/// Whether the log was found to hold what the registries hold, since this signer started and under the resources as they are now. Until then a push may be
/// of an image that was revoked in a log that is lost, and so what is attached to it is looked at before it is signed.
/// </summary>
internal sealed class LogWholeness(IResourceSource resources)
{
    private volatile ResourceSet? _found;
    private volatile bool _isVouchedFor;

    public bool IsKnown => _isVouchedFor || ReferenceEquals(_found, resources.Current);

    /// <summary>Every registry was compared under these resources.</summary>
    public void Found(ResourceSet compared) => _found = compared;

    /// <summary>Whoever turned the comparisons off takes the log as it is.</summary>
    public void Vouch() => _isVouchedFor = true;
}
