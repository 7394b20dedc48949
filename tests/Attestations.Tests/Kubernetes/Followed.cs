using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Servers;

namespace Kritis.Events.Attestations.Tests.Kubernetes;

/// <summary>What a watch told, as short texts in the order it was told.</summary>
internal sealed class Followed<T> : IAsyncDisposable
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly ConcurrentQueue<string> _told = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _following;

    public Followed(IKubernetes client, ClusterKind kind, TimeProvider? time = null)
    {
        var watch = new ClusterWatch<T>(client, kind, time ?? TimeProvider.System);
        _following = FollowAsync(watch);
    }

    public IReadOnlyList<string> Told => [.. _told];

    public Task UntilAsync(params string[] told) => Eventually.Async(
        $"the watch told {string.Join(" | ", told)}", () => Told.SequenceEqual(told), TestContext.Current.CancellationToken, () => string.Join(" | ", Told),
        TimeSpan.FromSeconds(20));

    public Task UntilAsync(Func<IReadOnlyList<string>, bool> condition) => Eventually.Async(
        "the watch told what was expected", () => condition(Told), TestContext.Current.CancellationToken, () => string.Join(" | ", Told),
        TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _following.IsCanceled.Should().BeTrue("it ends by cancellation only");
        _ending.Dispose();
    }

    private async Task FollowAsync(ClusterWatch<T> watch)
    {
        await foreach (var change in watch.FollowAsync(_ending.Token))
        {
            _told.Enqueue(change switch
            {
                ClusterChange<T>.Listed listed => $"listed {string.Join(' ', listed.Objects.Select(Name))}".Trim(),
                ClusterChange<T>.Set set => $"set {Name(set.Object)}",
                ClusterChange<T>.Removed removed => $"removed {Name(removed.Object)}",
                ClusterChange<T>.Unreadable unreadable => $"unreadable {unreadable.Name}",
                ClusterChange<T>.Away away => $"away{(away.IsMissingKind ? " (no such kind)" : "")}: {away.Reason}",
                ClusterChange<T>.Resumed => "resumed",
                _ => "?",
            });
        }
    }

    private static string Name(T found) => $"{found.Metadata.Name}@{found.Metadata.ResourceVersion}";
}
