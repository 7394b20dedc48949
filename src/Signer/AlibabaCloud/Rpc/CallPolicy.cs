using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace Kritis.Events.Signer.AlibabaCloud.Rpc;

/// <summary>
/// How often a call is tried: again with exponential back-off and jitter while what is wrong may pass and the deadline is not over. Every attempt waits for
/// its turn at the limiter; that waiting does not count against the deadline, for a long queue is no fault.
/// </summary>
internal sealed class CallPolicy(IOptions<AlibabaCloudOptions> options, AlibabaCloudMetrics metrics, TimeProvider time)
{
    private static readonly ResiliencePropertyKey<Attempts> Key = new("attempts");
    private readonly ResiliencePipeline _retry = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = TimeSpan.FromMilliseconds(50),
            MaxDelay = TimeSpan.FromSeconds(3),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = retried => ValueTask.FromResult(
                retried.Outcome.Exception is AlibabaCloudException { Transient: true }
                && retried.Context.Properties.TryGetValue(Key, out var attempts) && time.GetElapsedTime(attempts!.Began) - attempts.Waited < options.Value.CallDeadline),
        })
        .Build();

    /// <summary>Runs one call.</summary>
    /// <param name="what">What is asked, for the metric: service and action.</param>
    /// <param name="limiter">What it waits for.</param>
    /// <param name="attempt">One attempt, which throws <see cref="AlibabaCloudException"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<T> ExecuteAsync<T>(
        (string Service, string Action) what, CallLimiter? limiter, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Key, new Attempts { Began = time.GetTimestamp() });
        try
        {
            return await _retry.ExecuteAsync(async running => await TryAsync(what, limiter, attempt, running), context);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<T> TryAsync<T>(
        (string Service, string Action) what, CallLimiter? limiter, Func<CancellationToken, Task<T>> attempt, ResilienceContext context)
    {
        var arrived = time.GetTimestamp();
        if (limiter is not null)
        {
            await limiter.WaitAsync(context.CancellationToken);
        }

        var started = time.GetTimestamp();
        context.Properties.GetValue(Key, null!).Waited += time.GetElapsedTime(arrived, started);
        try
        {
            var answer = await attempt(context.CancellationToken);
            metrics.Called(what.Service, what.Action, "ok", time.GetElapsedTime(started));
            return answer;
        }
        catch (AlibabaCloudException failure)
        {
            metrics.Called(what.Service, what.Action, failure.Code, time.GetElapsedTime(started));
            if (failure.Throttled)
            {
                limiter?.Throttled();
            }

            throw;
        }
    }

    private sealed class Attempts
    {
        public required long Began { get; init; }

        public TimeSpan Waited { get; set; }
    }
}
