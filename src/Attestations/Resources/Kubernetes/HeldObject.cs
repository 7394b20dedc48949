using Kritis.Events.Attestations.Kubernetes;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>An object with what was read of it.</summary>
/// <param name="Document">Its newest version.</param>
/// <param name="Valid">What the newest version says, or null where it is invalid.</param>
/// <param name="Kept">What the last valid version said, where the newest is invalid and this process has seen one.</param>
/// <param name="Problem">What is wrong with the newest version, or null.</param>
internal sealed record HeldObject<T>(CustomDocument Document, T? Valid, T? Kept, string? Problem)
    where T : class
{
    /// <summary>What counts, or null where no version was ever valid.</summary>
    public T? InForce => Valid ?? Kept;

    public string Name => Document.Metadata.Name;

    public string? Namespace => Document.Metadata.NamespaceProperty;
}
