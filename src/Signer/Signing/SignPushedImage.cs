using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.Signer.Restoring;
using Kritis.Events.Signer.Rules;
using MassTransit;

namespace Kritis.Events.Signer.Signing;

/// <summary>
/// Takes pushes from the work queue. Each ends as an attestation, as <see cref="SigningSkipped"/>, or as <see cref="SigningFailed"/>
/// with the push itself kept in the error queue (G2).
/// </summary>
internal sealed partial class SignPushedImage(
    IResourceSource resources,
    ImageSigning signing,
    IndexFollower follower,
    LogWholeness wholeness,
    SigningMetrics metrics,
    TimeProvider time,
    ILogger<SignPushedImage> logger) : IConsumer<ImagePushed>
{
    private const int MostEventIdCharacters = 256;
    private static readonly TimeSpan CatchUpPatience = TimeSpan.FromMinutes(2);

    public async Task Consume(ConsumeContext<ImagePushed> context)
    {
        RefuseForeign(context);
        // Without the rules every push would be one that no rule covers.
        await resources.FirstRead.WaitAsync(context.CancellationToken);
        var pushed = context.Message;
        var current = resources.Current;
        if (current.RegistryOf(pushed.Image.Registry) is not { } registry)
        {
            await SkipAsync(context, "UnknownRegistry", $"no Registry resource names the host {pushed.Image.Registry}");
            return;
        }

        var image = pushed.Image with { Registry = registry.Host };
        var match = SigningRules.Match(current, image, pushed.Tag);
        if (match.Automatic.Count == 0)
        {
            await SkipAsync(context, match.Manual.Count == 0 ? "NoRule" : "ManualRule", ExplainNoRule(match));
            return;
        }

        await SignAsync(context, new SigningRequest
        {
            Registry = registry,
            Image = image,
            Signatures = match.Automatic,
            Tag = pushed.Tag,
            EventId = pushed.EventId,
            LooksAtAttached = !wholeness.IsKnown,
        });
    }

    private static void RefuseForeign(ConsumeContext<ImagePushed> context)
    {
        // Plain JSON names no type: whatever a stray binding brings here would be read as a push.
        var type = context.Headers.Get<string>(CloudEvent.TypeHeader);
        if (type != MessageNames.ImagePushed)
        {
            throw new MessageRefusedException($"the message says it is '{Excerpt.Of(type)}', not '{MessageNames.ImagePushed}' (header {CloudEvent.TypeHeader})");
        }

        // Tag and event id travel on into the attestation; one that is too long for the log would keep the image from being admitted.
        var (eventId, tag) = (context.Message.EventId, context.Message.Tag);
        if (eventId is not { Length: > 0 and <= MostEventIdCharacters } || (tag is not null && !ImageReference.IsTag(tag)))
        {
            throw new MessageRefusedException($"the push of {context.Message.Image} has no usable event id or tag: '{Excerpt.Of(eventId)}', '{Excerpt.Of(tag)}'");
        }
    }

    private static string ExplainNoRule(RuleMatch match) => match.Manual.Count == 0
        ? "no signing rule covers this registry, namespace, repository and tag"
        : $"rule '{match.Manual[0].Name}' is manual: run 'kritis sign IMAGE@DIGEST --witness {match.Manual[0].Witness}'";

    private static string ExplainUnconfirmed(SigningRequest request, string problem)
    {
        var rules = request.Signatures.Where(signature => signature.DependsOnTag).SelectMany(signature => signature.Rules).Distinct(StringComparer.Ordinal);
        return $"rules that are for some tags only ('{string.Join("', '", rules)}') do not sign it: the tag '{Excerpt.Of(request.Tag)}' does not stand for this digest, {problem}";
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Without the log's past, what was signed before would be signed, and paid for, again.
            await follower.CaughtUp.WaitAsync(CatchUpPatience, time, cancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new SigningIncompleteException(
                [new SigningFailure("LogUnavailable", $"the attestation log was not read to its end within {CatchUpPatience.TotalSeconds} s: {follower.Problem}", Transient: true)], late);
        }
    }

    private async Task SignAsync(ConsumeContext<ImagePushed> context, SigningRequest request)
    {
        var started = time.GetTimestamp();
        try
        {
            await CatchUpAsync(context.CancellationToken);
            var report = await signing.SignAsync(request, context.CancellationToken);
            Log.Done(logger, request.Image, report.Created, report.AlreadyAttested, report.Claimed, time.GetElapsedTime(started).TotalMilliseconds);
            await TellAsync(context, request, report);
        }
        catch (SigningIncompleteException failure)
        {
            await FailAsync(context, request, failure);
            throw;
        }
        catch (Exception defect) when (defect is not OperationCanceledException)
        {
            await FailAsync(context, request, new SigningIncompleteException([SigningFailure.Of(defect)], defect));
            throw;
        }
    }

    private Task TellAsync(ConsumeContext<ImagePushed> context, SigningRequest request, SigningReport report) => report switch
    {
        // Told also where other rules have it signed: what was not signed is to be explained as well (G8).
        { UnconfirmedTag: { } problem } => SkipAsync(context, "TagNotConfirmed", ExplainUnconfirmed(request, problem)),
        { Images.Count: 0 } => SkipAsync(context, "NotAnImage", "the digest is a signature, an attestation, an SBOM or another artifact, not an image"),
        { Created: > 0 } or { Claimed: > 0 } or { Restored: > 0 } => Task.CompletedTask,
        { Revoked: > 0, AlreadyAttested: 0 } => SkipAsync(context, "Revoked", "the witness has revoked its attestation of this image"),
        _ => SkipAsync(context, "AlreadyAttested", "every key version that should sign it has done so before"),
    };

    private async Task SkipAsync(ConsumeContext<ImagePushed> context, string reason, string explanation)
    {
        var pushed = context.Message;
        Log.Skipped(logger, pushed.Image, Excerpt.Of(pushed.Tag), reason, explanation);
        metrics.Skipped(reason);
        await context.Publish(new SigningSkipped
        {
            EventId = pushed.EventId,
            Image = pushed.Image,
            Tag = pushed.Tag,
            Reason = reason,
            Explanation = explanation,
            SkippedAt = time.GetUtcNow(),
        }, context.CancellationToken);
    }

    private async Task FailAsync(ConsumeContext<ImagePushed> context, SigningRequest request, SigningIncompleteException failure)
    {
        foreach (var part in failure.Failures.DistinctBy(part => (part.Code, part.Request?.Witness.Name)))
        {
            Log.Failed(logger, request.Image, part.Request?.Witness.Name, part.Code, part.Message);
            metrics.Failed(part.Code);
            await context.Publish(new SigningFailed
            {
                EventId = context.Message.EventId,
                Image = request.Image,
                Tag = request.Tag,
                Rule = (part.Request ?? request.Signatures[0]).Rule,
                Witness = (part.Request ?? request.Signatures[0]).Witness.Name,
                KeyId = (part.Request ?? request.Signatures[0]).Witness.ActiveKey?.KeyId,
                Code = part.Code,
                Error = part.Message,
                Attempts = failure.Attempts,
                FailedAt = time.GetUtcNow(),
            }, context.CancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information,
            Message = "Push of {Image} done: {Created} attestations made, {Known} known before, {Claims} claims of its tag made, {Milliseconds:0.0} ms.")]
        public static partial void Done(ILogger logger, Image image, int created, int known, int claims, double milliseconds);

        [LoggerMessage(Level = LogLevel.Information, Message = "Push of {Image} (tag {Tag}) is not signed ({Reason}): {Explanation}.")]
        public static partial void Skipped(ILogger logger, Image image, string tag, string reason, string explanation);

        [LoggerMessage(Level = LogLevel.Error, Message = "Push of {Image} could not be signed as {Witness} ({Code}): {Error}")]
        public static partial void Failed(ILogger logger, Image image, string? witness, string code, string error);
    }
}

/// <summary>A message in the work queue is not a push; it goes to the error queue unchanged.</summary>
internal sealed class MessageRefusedException(string message) : Exception(message);
