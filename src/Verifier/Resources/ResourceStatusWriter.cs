using System.Net;
using System.Threading.Channels;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources.Kubernetes;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Kritis.Events.Verifier.Leader;

namespace Kritis.Events.Verifier.Resources;

/// <summary>
/// Says in the status of every object of <c>kritis.events</c> what became of it; the replica that leads does, for all of them. The older kinds have no
/// status: there the log and the metrics tell. Nothing waits for it, and what it cannot write it tries again.
/// </summary>
internal sealed partial class ResourceStatusWriter(
    IKubernetes client, ClusterResources resources, ClusterLeader leader, TimeProvider time, ILogger<ResourceStatusWriter> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Channel<bool> _woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, (string Version, ReadyCondition Condition)> _written = [];
    private bool _isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        resources.StatesChanged += Wake;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var term = await leader.UntilLeadingAsync(stoppingToken);
                using var leading = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, term);
                _written.Clear();
                await WriteAsync(leading.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            resources.StatesChanged -= Wake;
        }
    }

    private void Wake() => _ = _woken.Writer.TryWrite(true);

    private async Task WriteAsync(CancellationToken leading)
    {
        var pause = FirstPause;
        while (true)
        {
            switch (await TryAsync(leading))
            {
                case Outcome.Written:
                    pause = FirstPause;
                    _ = await _woken.Reader.ReadAsync(leading);
                    break;
                case Outcome.Overtaken:
                    // The API server answers: there is no reason to wait longer each time.
                    pause = FirstPause;
                    await Task.Delay(FirstPause, time, leading);
                    break;
                default:
                    await Task.Delay(pause, time, leading);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    break;
            }
        }
    }

    /// <returns>Whether everything that is to be said stands in the cluster, as far as this replica has heard from there, and else the worst that kept it.</returns>
    private async Task<Outcome> TryAsync(CancellationToken leading)
    {
        var states = resources.States;
        Forget(states);
        var worst = Outcome.Written;
        foreach (var state in states.Where(HasStatus).Where(IsNews))
        {
            var outcome = await TryAsync(state, leading);
            worst = outcome > worst ? outcome : worst;
        }

        return worst;
    }

    private async Task<Outcome> TryAsync(ObjectState state, CancellationToken leading)
    {
        var condition = ReadyCondition.Of(state);
        var metadata = state.Document.Metadata;
        try
        {
            using var limit = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(leading, limit.Token);
            var patch = new V1Patch(condition.PatchOf(state.Document, time.GetUtcNow()), V1Patch.PatchType.MergePatch);
            _ = await client.CustomObjects.PatchClusterCustomObjectStatusAsync(
                patch, state.Kind.Group, state.Kind.Version, state.Kind.Plural, metadata.Name, cancellationToken: either.Token);
            _written[metadata.Uid] = (metadata.ResourceVersion, condition);
            Reached();
            return Outcome.Written;
        }
        catch (HttpOperationException changed) when (changed.Response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            // The object was changed or deleted meanwhile, and the watch is about to say so.
            Reached();
            return Outcome.Overtaken;
        }
#pragma warning disable CA1031 // Whatever it is, it is tried again; nothing depends on it.
        catch (Exception failure) when (!leading.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Away(state, failure);
            return Outcome.Failed;
        }
    }

    /// <summary>What was written and not yet seen in the watch is not written again.</summary>
    private bool IsNews(ObjectState state)
    {
        var condition = ReadyCondition.Of(state);
        var isWritten = _written.TryGetValue(state.Document.Metadata.Uid, out var written)
            && written == (state.Document.Metadata.ResourceVersion, condition);
        return !isWritten && ReadyCondition.In(state.Document) != condition;
    }

    private static bool HasStatus(ObjectState state) =>
        state.Kind.Group == ClusterKind.Registries.Group && state.Document.Metadata is { Uid: not null, NamespaceProperty: null };

    private void Forget(IReadOnlyList<ObjectState> states)
    {
        var there = states.Select(state => state.Document.Metadata.Uid).ToHashSet();
        foreach (var gone in _written.Keys.Where(uid => !there.Contains(uid)).ToList())
        {
            _ = _written.Remove(gone);
        }
    }

    private void Reached()
    {
        if (_isAway)
        {
            _isAway = false;
            Log.Back(logger);
        }
    }

    private void Away(ObjectState state, Exception failure)
    {
        if (!_isAway)
        {
            _isAway = true;
            Log.Away(logger, state.DisplayName, ClusterFailure.Reason(failure));
        }
    }

    /// <summary>What came of writing, from good to bad.</summary>
    private enum Outcome
    {
        Written,

        /// <summary>Somebody else changed the object in the meantime.</summary>
        Overtaken,
        Failed,
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The status of {Object} cannot be written: {Reason}. Trying on; what is in force does not depend on it.")]
        public static partial void Away(ILogger logger, string @object, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "The status of resources can be written again.")]
        public static partial void Back(ILogger logger);
    }
}
