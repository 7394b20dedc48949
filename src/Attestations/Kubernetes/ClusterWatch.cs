using System.Runtime.CompilerServices;
using System.Threading.Channels;
using k8s;
using k8s.Models;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>
/// Follows all objects of one kind: a list, and from its version on every change. After a lost connection it goes on from the last version it
/// saw; where that version is too old, or something may have been missed, it lists again. It never gives up.
/// </summary>
/// <typeparam name="T">The objects' type, or <see cref="CustomDocument"/> for custom resources.</typeparam>
/// <param name="client">The API server's client.</param>
/// <param name="kind">What to follow, in all namespaces.</param>
/// <param name="time">The clock that deadlines and pauses run by.</param>
public sealed class ClusterWatch<T>(IKubernetes client, ClusterKind kind, TimeProvider time)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private const int MostWaiting = 64;
    private readonly ClusterRequests _requests = new(client);

    /// <summary>
    /// Everything that happens, in order; it ends only by cancellation. Whoever reads slowly slows the connection down, and nothing is kept in
    /// between but a few changes.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async IAsyncEnumerable<ClusterChange<T>> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = Channel.CreateBounded<ClusterChange<T>>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });
        var following = new ClusterFollowing<T>(_requests, kind, time, changes.Writer).RunAsync(ending.Token);
        try
        {
            await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
