using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>One comparison under way.</summary>
internal sealed record ReconcileRun
{
    public required ResourceSet Resources { get; init; }

    public required ReconcileScope Scope { get; init; }

    public required ReconcileReport Report { get; init; }

    /// <summary>Takes pushes that are missing; returns once they are safe.</summary>
    public required Func<IReadOnlyList<ImagePushed>, CancellationToken, Task> Send { get; init; }

    public required Action<ReconcileReport>? Progress { get; init; }

    public required Outstanding Outstanding { get; init; }

    public async Task SendAsync(IReadOnlyList<ImagePushed> pushes, CancellationToken cancellationToken)
    {
        if (pushes.Count == 0)
        {
            return;
        }

        await Send(pushes, cancellationToken);
        Report.Sent += pushes.Count;
        if (Scope.IsDryRun)
        {
            return;
        }

        foreach (var push in pushes)
        {
            Outstanding.Add(push);
        }

        await Outstanding.WaitForRoomAsync(cancellationToken);
    }
}
