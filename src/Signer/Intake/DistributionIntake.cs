using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Kritis.Events.Signer.Intake;

/// <summary>
/// <c>POST /events/distribution</c>: notifications of CNCF Distribution. 202 once the broker has confirmed every message; 4xx with the
/// reason for what cannot be taken; 503 while the broker is away. The registry tries again on its own.
/// </summary>
internal sealed partial class DistributionIntake(
    IntakeToken token,
    PushPublisher publisher,
    IResourceSource resources,
    IntakeMetrics metrics,
    IOptions<IntakeOptions> options,
    TimeProvider time,
    ILogger<DistributionIntake> logger)
{
    /// <summary>Where it is found.</summary>
    public const string Path = "/events/distribution";

    private const string RetryAfterSeconds = "5";

    private static readonly string[] MediaTypes = ["application/vnd.docker.distribution.events.v1+json", "application/json"];

    /// <summary>Answers one request.</summary>
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        if (token.ProblemOf(context) is { } refusal)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"kritis\"";
            metrics.Unauthorized();
            Log.Refused(logger, StatusCodes.Status401Unauthorized, refusal);
            return Refuse(StatusCodes.Status401Unauthorized, refusal);
        }

        if (IntakeBody.ProblemOfType(context.Request, MediaTypes) is { } problemOfType)
        {
            return Malformed(StatusCodes.Status415UnsupportedMediaType, problemOfType);
        }

        if (!TryFindRegistry(context.Request.Query["registry"], out var registry, out var problemOfRegistry))
        {
            return Malformed(StatusCodes.Status400BadRequest, problemOfRegistry!);
        }

        return await ReadAsync(context) switch
        {
            { Body: { } body } => await TakeAsync(context, body, registry),
            { Refusal: var refused } => refused!,
        };
    }

    private bool TryFindRegistry(StringValues names, out ConfiguredRegistry? registry, out string? problem)
    {
        (registry, problem) = (null, null);
        if (names.Count == 0)
        {
            return true;
        }

        registry = names.Count == 1 ? resources.Current.Registries.FirstOrDefault(known => known.Name == names[0]) : null;
        problem = registry is null ? $"no Registry resource is named '{Excerpt.Of(names.ToString())}' (?registry=NAME)" : null;
        return registry is not null;
    }

    private async Task<(ReadOnlyMemory<byte>? Body, IResult? Refusal)> ReadAsync(HttpContext context)
    {
        var most = options.Value.MaxBodyBytes;
        using var timeout = new CancellationTokenSource(options.Value.ReadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        try
        {
            return await IntakeBody.ReadAsync(context, most, either.Token) is { } body
                ? (body, null)
                : (null, Malformed(StatusCodes.Status413PayloadTooLarge, $"the body has more than {most} bytes (Intake:MaxBodyBytes)"));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return (null, Malformed(StatusCodes.Status408RequestTimeout, $"the body did not arrive within {options.Value.ReadTimeout}"));
        }
        catch (BadHttpRequestException broken)
        {
            return (null, Malformed(broken.StatusCode, "the body breaks HTTP's own rules"));
        }
    }

    private async Task<IResult> TakeAsync(HttpContext context, ReadOnlyMemory<byte> body, ConfiguredRegistry? registry)
    {
        try
        {
            var taken = TakenPushes.Of(DistributionEnvelope.Read(body), resources.Current, registry, time.GetUtcNow());
            await publisher.PublishAsync(taken.Pushes, taken.Skipped, context.RequestAborted);
            Record(taken);
            return TypedResults.Json(
                new IntakeAnswer(taken.Pushes.Count, taken.Ignored.Count),
                IntakeJson.Default.IntakeAnswer,
                statusCode: StatusCodes.Status202Accepted);
        }
        catch (MalformedException malformed)
        {
            return Malformed(StatusCodes.Status400BadRequest, malformed.Message);
        }
        catch (BrokerUnavailableException away)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            metrics.Unavailable();
            Log.Unavailable(logger, away.Message, away.InnerException);
            return Refuse(StatusCodes.Status503ServiceUnavailable, away.Message);
        }
    }

    private void Record(TakenPushes taken)
    {
        metrics.Accepted(taken.Pushes.Count);
        foreach (var reason in taken.Ignored)
        {
            metrics.Ignored(reason);
        }

        foreach (var push in taken.Pushes)
        {
            Log.Accepted(logger, push.Image, push.Tag, push.EventId, push.Actor);
        }

        foreach (var skip in taken.Skipped)
        {
            Log.UnknownRegistry(logger, skip.Image, skip.EventId);
        }
    }

    private ProblemHttpResult Malformed(int status, string reason)
    {
        metrics.Malformed();
        Log.Refused(logger, status, reason);
        return Refuse(status, reason);
    }

    private static ProblemHttpResult Refuse(int status, string reason) => TypedResults.Problem(reason, statusCode: status);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Push of {Image}, tag {Tag}, taken as event {EventId}, pushed by {Actor}.")]
        public static partial void Accepted(ILogger logger, Image image, string? tag, string eventId, string? actor);

        [LoggerMessage(LogLevel.Warning, "Push of {Image} skipped: no Registry resource has this host (event {EventId}).")]
        public static partial void UnknownRegistry(ILogger logger, Image image, string eventId);

        [LoggerMessage(LogLevel.Warning, "Events refused with {Status}: {Reason}.")]
        public static partial void Refused(ILogger logger, int status, string reason);

        [LoggerMessage(LogLevel.Warning, "Events sent back, the registry tries again: {Reason}.")]
        public static partial void Unavailable(ILogger logger, string reason, Exception? cause);
    }
}
