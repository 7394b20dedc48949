using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Kritis.Events.Signer.Intake;

/// <summary>
/// The HTTP side of every intake: 202 once the broker has confirmed every message; 4xx with the reason for what cannot be taken; 503 while the broker,
/// or a registry that must be asked, is away, or the resources are not read yet. Senders try again on their own.
/// </summary>
internal sealed partial class EventIntake(
    IntakeToken token,
    PushPublisher publisher,
    IResourceSource resources,
    PushJournal journal,
    IntakeMetrics metrics,
    IOptions<IntakeOptions> options,
    TimeProvider time,
    ILogger<EventIntake> logger)
{
    private const string RetryAfterSeconds = "5";

    /// <summary>Answers one request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="reader">Reads its body.</param>
    public async Task<IResult> HandleAsync(HttpContext context, IPushReader reader)
    {
        if (token.ProblemOf(context) is { } refusal)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"kritis\"";
            metrics.Unauthorized();
            Log.Refused(logger, StatusCodes.Status401Unauthorized, refusal);
            return Refuse(StatusCodes.Status401Unauthorized, refusal);
        }

        if (!resources.FirstRead.IsCompleted)
        {
            // Before the registries are known every event would be one of an unknown registry.
            return Unavailable(context, "the resources are not read yet", null);
        }

        if (IntakeBody.ProblemOfType(context.Request, reader.MediaTypes) is { } problemOfType)
        {
            return Malformed(StatusCodes.Status415UnsupportedMediaType, problemOfType);
        }

        if (!TryFindRegistry(context.Request.Query["registry"], out var registry, out var problemOfRegistry))
        {
            return Malformed(StatusCodes.Status400BadRequest, problemOfRegistry!);
        }

        return await ReadAsync(context) switch
        {
            { Body: { } body } => await TakeAsync(context, reader, new EventRequest(body, context.Request.Headers, registry)),
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

    private async Task<IResult> TakeAsync(HttpContext context, IPushReader reader, EventRequest request)
    {
        try
        {
            var taken = await reader.ReadAsync(request, context.RequestAborted);
            await publisher.PublishAsync(taken.Pushes, taken.Skipped, context.RequestAborted);
            journal.Record(taken);
            return TypedResults.Json(
                new IntakeAnswer(taken.Pushes.Count, taken.Ignored.Count),
                IntakeJson.Default.IntakeAnswer,
                statusCode: StatusCodes.Status202Accepted);
        }
        catch (MalformedException malformed)
        {
            return Malformed(StatusCodes.Status400BadRequest, malformed.Message);
        }
        catch (Exception away) when (away is BrokerUnavailableException or RegistryAwayException)
        {
            return Unavailable(context, away.Message, away.InnerException?.Message);
        }
    }

    private ProblemHttpResult Unavailable(HttpContext context, string reason, string? cause)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        metrics.Unavailable();
        Log.Unavailable(logger, reason, cause);
        return Refuse(StatusCodes.Status503ServiceUnavailable, reason);
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
        [LoggerMessage(LogLevel.Warning, "Events refused with {Status}: {Reason}.")]
        public static partial void Refused(ILogger logger, int status, string reason);

        [LoggerMessage(LogLevel.Warning, "Events sent back, the sender tries again: {Reason} ({Cause}).")]
        public static partial void Unavailable(ILogger logger, string reason, string? cause);
    }
}
