using System.Text.Json;
using System.Threading.Channels;
using k8s;
using k8s.Models;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>One following of a kind: where it stands, and how it goes on after whatever happened.</summary>
internal sealed class ClusterFollowing<T>(ClusterRequests requests, ClusterKind kind, TimeProvider time, ChannelWriter<ClusterChange<T>> changes)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(5);
    private readonly ClusterList<T> _list = new(requests, kind, time);
    private readonly ClusterEvents _events = new(requests, kind, time);
    private readonly ClusterPause _pause = new();
    private string? _version;
    private bool _worked;
    private ClusterChange<T>.Away? _told;

    /// <summary>Follows until it is cancelled; the channel is completed in any case.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await TryAsync(cancellationToken);
            }
        }
        catch (Exception end)
        {
            _ = changes.TryComplete(end);
            throw;
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            _version ??= await ListAsync(cancellationToken);
            await WatchAsync(_version, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (_worked)
            {
                (_worked, _told) = (false, null);
            }

            await OvercomeAsync(failure as ClusterAwayException ?? Unreached(failure), cancellationToken);
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var (objects, unreadable, version) = await _list.ReadAsync(cancellationToken);
        await changes.WriteAsync(new ClusterChange<T>.Listed(objects), cancellationToken);
        foreach (var strange in unreadable)
        {
            await changes.WriteAsync(strange, cancellationToken);
        }

        return version;
    }

    private async Task WatchAsync(string version, CancellationToken cancellationToken)
    {
        var opened = time.GetTimestamp();
        var (answered, heard) = (false, false);
        try
        {
            await foreach (var happened in _events.ReadAsync(version, () => answered = true, cancellationToken))
            {
                await TellAsync(happened, cancellationToken);
                _version = happened.Version;
                _worked = heard = true;
            }
        }
        catch (Exception cut) when (answered && IsLostConnection(cut) && !cancellationToken.IsCancellationRequested)
        {
            // A connection that worked is opened again before anybody hears that it was lost.
        }
        finally
        {
            if (answered && time.GetElapsedTime(opened) >= LongEnough)
            {
                _worked = heard = true;
                _pause.Reset();
            }
        }

        if (!heard)
        {
            throw new ClusterAwayException($"the API server ends the watch of {kind} as soon as it is opened");
        }

        if (time.GetElapsedTime(opened) < LongEnough)
        {
            await Task.Delay(_pause.Next(), time, cancellationToken);
        }
    }

    private static bool IsLostConnection(Exception cut) => cut is IOException or HttpRequestException or OperationCanceledException;

    private async Task TellAsync(ClusterEvent happened, CancellationToken cancellationToken)
    {
        if (happened.Type == ClusterEvent.Bookmark)
        {
            await ResumeAsync(cancellationToken);
            return;
        }

        var (read, unreadable) = ClusterObjects<T>.Read(happened.Object);
        ClusterChange<T> change = read is null ? unreadable! : happened.Type == ClusterEvent.Deleted
            ? new ClusterChange<T>.Removed(read)
            : new ClusterChange<T>.Set(read);
        await changes.WriteAsync(change, cancellationToken);
    }

    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        if (_told is not null)
        {
            _told = null;
            await changes.WriteAsync(new ClusterChange<T>.Resumed(), cancellationToken);
        }
    }

    private async Task OvercomeAsync(ClusterAwayException failure, CancellationToken cancellationToken)
    {
        _version = failure.ListAgain ? null : _version;
        var isNews = _told is null || _told.IsMissingKind != failure.IsMissingKind;
        if (isNews && !failure.IsExpired)
        {
            _told = new ClusterChange<T>.Away(failure.Message) { IsMissingKind = failure.IsMissingKind };
            await changes.WriteAsync(_told, cancellationToken);
        }

        await Task.Delay(_pause.Next(), time, cancellationToken);
    }

    private ClusterAwayException Unreached(Exception failure) => failure switch
    {
        JsonException => new($"the API server answered the request for {kind} with what is not JSON"),
        OperationCanceledException or TimeoutException => new($"the API server does not answer the request for {kind} in time") { ListAgain = false },
        _ => new($"the API server cannot be reached for {kind}: {Excerpt.Of(failure.Message)}") { ListAgain = false },
    };
}
