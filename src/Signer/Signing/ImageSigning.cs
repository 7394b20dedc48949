using System.Collections.Concurrent;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Rules;
using Polly;
using Polly.Retry;

namespace Kritis.Events.Signer.Signing;

/// <summary>
/// The way of one pushed image from the rules that ask for signatures to the log and the registry. What may pass is tried
/// again with exponential back-off and jitter; what will not is given up at once. A witness that cannot sign does not keep another from signing.
/// </summary>
internal sealed class ImageSigning(
    PushedImages pushedImages, Attestor attestor, AttachedSignatures attached, SigningOptions options, SigningMetrics metrics, TimeProvider time)
{
    private const int Concurrency = 8;
    private readonly ResiliencePipeline _retry = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = Math.Max(1, options.Attempts - 1),
            Delay = options.FirstPause,
            MaxDelay = options.LongestPause,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            OnRetry = _ =>
            {
                metrics.Retried();
                return ValueTask.CompletedTask;
            },
            ShouldHandle = new PredicateBuilder().Handle<SigningIncompleteException>(failure => options.Attempts > 1 && failure.Transient),
        })
        .Build();

    /// <exception cref="SigningIncompleteException">Not everything could be signed; it says what, and why.</exception>
    public async Task<SigningReport> SignAsync(SigningRequest request, CancellationToken cancellationToken)
    {
        var report = new SigningReport();
        try
        {
            await _retry.ExecuteAsync(async cancelled => await SignOnceAsync(request, report, cancelled), cancellationToken);
            return report;
        }
        catch (SigningIncompleteException failure)
        {
            failure.Attempts = report.Attempts;
            throw;
        }
    }

    private async Task SignOnceAsync(SigningRequest request, SigningReport report, CancellationToken cancellationToken)
    {
        report.Attempts++;
        var images = await Attempt(() => pushedImages.FindAsync(request.Registry, request.Image, cancellationToken));
        report.Images = images;
        var failures = new ConcurrentQueue<SigningFailure>();
        await Parallel.ForEachAsync(
            from image in images from signature in request.Signatures select (image, signature),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (wanted, cancelled) => await AttestAsync(request, wanted.image, wanted.signature, report, failures, cancelled));
        if (!failures.IsEmpty)
        {
            throw new SigningIncompleteException([.. failures]);
        }

        foreach (var image in images)
        {
            await Attempt(() => attached.AttachAsync(request.Registry, image, request.Signatures, cancellationToken));
        }
    }

    private async Task AttestAsync(
        SigningRequest request, Image image, RequestedSignature signature, SigningReport report, ConcurrentQueue<SigningFailure> failures, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await attestor.AttestAsync(image, signature, request.Tag, request.EventId, cancellationToken);
            report.Count(outcome);
        }
        catch (Exception failure) when (SigningFailure.IsUnderstood(failure))
        {
            failures.Enqueue(SigningFailure.Of(failure, signature));
        }
    }

    private static async Task<T> Attempt<T>(Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch (Exception failure) when (SigningFailure.IsUnderstood(failure))
        {
            throw new SigningIncompleteException([SigningFailure.Of(failure)], failure);
        }
    }
}
