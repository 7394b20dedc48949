using System.Globalization;
using System.Runtime.CompilerServices;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>One watch request: the events from a version on, until the API server or the deadline ends it.</summary>
internal sealed class ClusterEvents(ClusterRequests requests, ClusterKind kind, TimeProvider time)
{
    // An object may take 1.5 MiB in etcd, and more as JSON.
    private const int MostLineBytes = 8 * 1024 * 1024;
    private static readonly TimeSpan ShortestWatch = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Spread = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The events.</summary>
    /// <param name="version">The version to go on from.</param>
    /// <param name="opened">Called once the API server has accepted the watch.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<ClusterEvent> ReadAsync(string version, Action opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Many watches opened together do not end together.
#pragma warning disable CA5394 // Nobody gains by guessing it.
        var length = ShortestWatch + Spread * Random.Shared.NextDouble();
#pragma warning restore CA5394
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var query = string.Create(CultureInfo.InvariantCulture,
            $"watch=true&allowWatchBookmarks=true&timeoutSeconds={length.TotalSeconds:0}&resourceVersion={Uri.EscapeDataString(version)}");
        using var response = await requests.GetAsync(kind, query, either.Token);
        opened();
        deadline.CancelAfter(length + Grace);
        await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
        await foreach (var line in WatchLines.ReadAsync(stream, MostLineBytes, either.Token))
        {
            yield return ClusterEvent.Read(kind, line);
        }
    }
}
