namespace Kritis.Events.Signer.Restoring;

/// <summary>
/// Whether the log was found to hold what the registries hold since this signer started. Until then a push may be of an image that was revoked in a log
/// that is lost, and so what is attached to it is looked at before it is signed.
/// </summary>
internal sealed class LogWholeness
{
    private volatile bool _isKnown;

    public bool IsKnown => _isKnown;

    public void Found() => _isKnown = true;
}
