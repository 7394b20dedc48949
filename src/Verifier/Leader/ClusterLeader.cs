using System.Net;
using k8s;
using k8s.Autorest;
using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults.Kubernetes;

namespace Kritis.Events.Verifier.Leader;

/// <summary>
/// Which of the verifier's replicas speaks for all of them: the one that holds the Lease <c>kritis-verifier</c>. It tries for ever. A holder that does
/// not hear from the API server gives up some seconds before any other takes over, so that there are never two.
/// </summary>
internal sealed partial class ClusterLeader(
    IKubernetes client, KubernetesOptions options, LeaderIdentity identity, TimeProvider time, ILogger<ClusterLeader> logger) : BackgroundService
{
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly LeaderLease _lease = new(client, options.Namespace, identity, time);
    private volatile CancellationTokenSource? _term;
    private volatile TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isAway;

    /// <summary>Whether this replica speaks now.</summary>
    public bool IsLeader => _term is { IsCancellationRequested: false };

    /// <summary>Waits until this replica leads.</summary>
    /// <returns>A token that is cancelled when it leads no more.</returns>
    public async Task<CancellationToken> UntilLeadingAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var begun = _begun.Task;
            if (_term is { IsCancellationRequested: false } term)
            {
                return term.Token;
            }

            await begun.WaitAsync(cancellationToken);
        }
    }

    public override void Dispose()
    {
        _term?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await TryAsync(stoppingToken);
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await ReleaseAsync();
    }

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, limit.Token);
        var asked = time.GetTimestamp();
        try
        {
            var holds = await _lease.TryHoldAsync(either.Token);
            Reached();
            if (holds)
            {
                // Counted from before it was asked: whenever the API server took it down, it was not before that.
                Lead(Held - time.GetElapsedTime(asked));
            }
            else
            {
                await StepDownAsync();
            }
        }
        catch (HttpOperationException overtaken) when (overtaken.Response.StatusCode == HttpStatusCode.Conflict)
        {
            // Another replica was faster; the next look says which.
        }
#pragma warning disable CA1031 // Whatever it is, it is tried again; admissions do not depend on it.
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Away(failure);
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }
    }

    private void Lead(TimeSpan left)
    {
        if (left <= TimeSpan.Zero)
        {
            return;
        }

        if (_term is { IsCancellationRequested: false } term)
        {
            term.CancelAfter(left);
            return;
        }

        _term?.Dispose();
        _term = new CancellationTokenSource(left, time);
        Log.Leads(logger, identity.Name);
        Interlocked.Exchange(ref _begun, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private async Task StepDownAsync()
    {
        if (_term is { IsCancellationRequested: false } term)
        {
            await term.CancelAsync();
            Log.LeadsNoMore(logger, identity.Name);
        }
    }

    /// <summary>Gives the lease back, so that another replica need not wait until it runs out.</summary>
    private async Task ReleaseAsync()
    {
        if (_term is null)
        {
            return;
        }

        await StepDownAsync();
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            await _lease.ReleaseAsync(limit.Token);
        }
#pragma warning disable CA1031 // The lease runs out by itself.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Log.NotReleased(logger, Excerpt.Of(failure.Message));
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

    private void Away(Exception failure)
    {
        if (!_isAway)
        {
            _isAway = true;
            Log.Away(logger, ClusterFailure.Reason(failure));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "This replica ({Identity}) speaks for all of them now.")]
        public static partial void Leads(ILogger logger, string identity);

        [LoggerMessage(Level = LogLevel.Information, Message = "This replica ({Identity}) speaks for the others no more.")]
        public static partial void LeadsNoMore(ILogger logger, string identity);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of the verifier's replicas cannot be asked for: {Reason}. Trying on; admissions do not depend on it.")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "The lease of the verifier's replicas can be asked for again.")]
        public static partial void Back(ILogger logger);

        [LoggerMessage(Level = LogLevel.Debug, Message = "The lease was not given back ({Reason}); it runs out by itself.")]
        public static partial void NotReleased(ILogger logger, string reason);
    }
}
