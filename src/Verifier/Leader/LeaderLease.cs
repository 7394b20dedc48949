using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Kritis.Events.Verifier.Leader;

/// <summary>
/// The Lease by which replicas agree on one of them (Kubernetes API, <c>coordination.k8s.io/v1</c>). The client's own elector reads the wall clock,
/// goes on with a renewal that was given up and never gives the lease back.
/// </summary>
internal sealed class LeaderLease(IKubernetes client, string ns, LeaderIdentity identity, TimeProvider time)
{
    public const string Name = "kritis-verifier";

    /// <summary>How long the others wait for a holder that says nothing.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    private (string? Version, long At) _seen;

    /// <summary>Takes the lease where nobody holds it, or holds it on.</summary>
    /// <returns>Whether this replica holds it.</returns>
    /// <exception cref="HttpOperationException">The API server refuses; 409 where another replica was faster.</exception>
    public async Task<bool> TryHoldAsync(CancellationToken cancellationToken)
    {
        var lease = await ReadAsync(cancellationToken);
        if (lease is null)
        {
            var made = new V1Lease { Metadata = new V1ObjectMeta { Name = Name, NamespaceProperty = ns }, Spec = Mine(null) };
            _ = await client.CoordinationV1.CreateNamespacedLeaseAsync(made, ns, cancellationToken: cancellationToken);
            return true;
        }

        if (IsHeldByAnother(lease))
        {
            return false;
        }

        // It holds the version that was read, so that of two who find it free one is refused.
        lease.Spec = Mine(lease.Spec);
        _ = await client.CoordinationV1.ReplaceNamespacedLeaseAsync(lease, Name, ns, cancellationToken: cancellationToken);
        return true;
    }

    /// <summary>Gives the lease back where this replica holds it.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is { } lease && lease.Spec?.HolderIdentity == identity.Name)
        {
            lease.Spec.HolderIdentity = "";
            _ = await client.CoordinationV1.ReplaceNamespacedLeaseAsync(lease, Name, ns, cancellationToken: cancellationToken);
        }
    }

    private async Task<V1Lease?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await client.CoordinationV1.ReadNamespacedLeaseAsync(Name, ns, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException missing) when (missing.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Clocks of machines differ, so a holder's time is counted from when this replica saw it say something.</summary>
    private bool IsHeldByAnother(V1Lease lease)
    {
        if (lease.Metadata.ResourceVersion != _seen.Version)
        {
            _seen = (lease.Metadata.ResourceVersion, time.GetTimestamp());
        }

        if (lease.Spec?.HolderIdentity is not { Length: > 0 } holder || holder == identity.Name)
        {
            return false;
        }

        var duration = TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? Duration.TotalSeconds);
        return time.GetElapsedTime(_seen.At) < (duration < Duration ? Duration : duration);
    }

    private V1LeaseSpec Mine(V1LeaseSpec? before)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var isMine = before?.HolderIdentity == identity.Name;
        return new V1LeaseSpec
        {
            HolderIdentity = identity.Name,
            LeaseDurationSeconds = (int)Duration.TotalSeconds,
            AcquireTime = isMine ? before!.AcquireTime : now,
            RenewTime = now,
            LeaseTransitions = (before?.LeaseTransitions ?? 0) + (isMine || before is null ? 0 : 1),
        };
    }
}
