using System.Collections.Concurrent;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Restoring;
using Kritis.Events.Signer.Rules;
using Polly;
using Polly.Retry;

namespace Kritis.Events.Signer.Signing;

/// <summary>
/// The way of one pushed image from the rules that ask for signatures to the log and the registry. What may pass is tried
/// again with exponential back-off and jitter; what will not is given up at once. A witness that cannot sign does not keep another from signing.
/// </summary>
internal sealed class ImageSigning(
    PushedImages pushedImages,
    Attestor attestor,
    PushedTag pushedTag,
    TagClaimer tagClaimer,
    AttachedSignatures attached,
    LogRestoration restoration,
    SigningOptions options,
    SigningMetrics metrics,
    TimeProvider time)
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
        request = request with { Signatures = await ConfirmedAsync(request, report, cancellationToken) };
        if (request.Signatures.Count == 0)
        {
            return;
        }

        var images = (await Attempt(() => pushedImages.FindAsync(request.Registry, request.Image, cancellationToken))).Images;
        report.Images = images;
        if (request.LooksAtAttached)
        {
            // Before anything is signed: what was taken back may be known to the registry alone.
            report.Restored += await Attempt(() => RestoreAsync(request.Registry, images, cancellationToken));
        }

        var failures = new ConcurrentQueue<SigningFailure>();
        await ForEachAsync(
            [.. from image in images from signature in request.Signatures select (image, signature)],
            async (wanted, cancelled) => await CollectAsync(failures, wanted.signature, async () =>
                report.Count(await attestor.AttestAsync(wanted.image, wanted.signature, request.Tag, request.EventId, cancelled))),
            cancellationToken);
        await ClaimTagAsync(request, report, failures, cancellationToken);
        if (!failures.IsEmpty)
        {
            throw new SigningIncompleteException([.. failures]);
        }

        foreach (var image in images)
        {
            await Attempt(() => attached.AttachAsync(request.Registry, image, request.Signatures, cancellationToken));
        }
    }

    private async Task<int> RestoreAsync(ConfiguredRegistry registry, IReadOnlyList<Image> images, CancellationToken cancellationToken)
    {
        var restored = 0;
        await ForEachAsync(
            images, async (image, cancelled) => Interlocked.Add(ref restored, await restoration.RestoreAsync(registry, image, cancelled)), cancellationToken);
        return restored;
    }

    /// <summary>Several at a time. Nearly every push asks for one signature of one image, which needs no further thread.</summary>
    private static async Task ForEachAsync<T>(IReadOnlyList<T> items, Func<T, CancellationToken, ValueTask> step, CancellationToken cancellationToken)
    {
        if (items.Count == 1)
        {
            await step(items[0], cancellationToken);
            return;
        }

        await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken }, step);
    }

    /// <summary>
    /// The signatures that may be made: where only the tag asks for one, the registry must give that tag to the image. Once it has, a tag that moves on
    /// keeps nothing from being finished.
    /// </summary>
    private async Task<IReadOnlyList<RequestedSignature>> ConfirmedAsync(SigningRequest request, SigningReport report, CancellationToken cancellationToken)
    {
        if (report.IsTagConfirmed || !request.Signatures.Any(signature => signature.DependsOnTag))
        {
            return request.Signatures;
        }

        report.UnconfirmedTag = await Attempt(() => pushedTag.ProblemAsync(request, cancellationToken));
        report.IsTagConfirmed = report.UnconfirmedTag is null;
        return report.IsTagConfirmed ? request.Signatures : [.. request.Signatures.Where(signature => !signature.DependsOnTag)];
    }

    /// <summary>
    /// The tag is that of the pushed digest alone, not of an index's children. Whatever keeps it from being claimed, the digest is attested by now.
    /// </summary>
    private async Task ClaimTagAsync(
        SigningRequest request, SigningReport report, ConcurrentQueue<SigningFailure> failures, CancellationToken cancellationToken)
    {
        var missing = tagClaimer.MissingFor(request);
        if (missing.Count == 0)
        {
            return;
        }

        var isAsked = await CollectAsync(failures, about: null, async () => report.TagProblem = await tagClaimer.ProblemAsync(request, cancellationToken));
        if (!isAsked || report.TagProblem is not null)
        {
            return;
        }

        foreach (var signature in missing)
        {
            _ = await CollectAsync(failures, signature, async () => report.CountClaim(await tagClaimer.ClaimAsync(request, signature, cancellationToken)));
        }
    }

    /// <returns>Whether the step was done; what kept it from it is one of the failures.</returns>
    private static async Task<bool> CollectAsync(ConcurrentQueue<SigningFailure> failures, RequestedSignature? about, Func<Task> step)
    {
        try
        {
            await step();
            return true;
        }
        catch (Exception failure) when (SigningFailure.IsUnderstood(failure))
        {
            failures.Enqueue(SigningFailure.Of(failure, about));
            return false;
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
