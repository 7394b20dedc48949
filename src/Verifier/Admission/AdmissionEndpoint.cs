using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Admission.Waiting;
using Microsoft.AspNetCore.Http.Features;

namespace Kritis.Events.Verifier.Admission;

/// <summary><c>POST /validate</c>.</summary>
internal sealed partial class AdmissionEndpoint(
    PatientDecider decider, DecisionJournal journal, AdmissionOptions options, TimeProvider time, ILogger<AdmissionEndpoint> logger)
{
    public const string Path = "/validate";

    private const string JsonContentType = "application/json";

    // The longest an API server waits for a webhook (timeoutSeconds); nobody reads the answer to a review that takes longer to arrive.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.ContentType is not JsonContentType && !context.Request.HasJsonContentType())
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "expected an AdmissionReview as application/json");
            return;
        }

        if (context.Request.ContentLength > options.MaxBodyBytes)
        {
            await RefuseTooLargeAsync(context);
            return;
        }

        // The web server's own limit would cut reviews that this setting allows.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        ReviewBody? read;
        try
        {
            read = await ReviewBody.ReadAsync(context.Request.BodyReader, options.MaxBodyBytes, Patience, time);
        }
        catch (TimeoutException)
        {
            await RefuseAsync(context, StatusCodes.Status408RequestTimeout, $"the review did not arrive within {Patience.TotalSeconds:0} s");
            return;
        }

        using var body = read;
        await (body is null ? RefuseTooLargeAsync(context) : AnswerAsync(context, body.Content));
    }

    private async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var started = time.GetTimestamp();
        var (request, decision, problem) = await DecideAsync(body, WebhookTimeout.Of(context.Request), context.RequestAborted);
        if (request is null || decision is null)
        {
            journal.CountNoReview();
            await RefuseAsync(context, StatusCodes.Status400BadRequest, problem ?? "this is no review");
            return;
        }

        var elapsed = time.GetElapsedTime(started);
        try
        {
            var answer = ReviewAnswer.Write(request, decision);
            context.Response.ContentType = JsonContentType;
            context.Response.ContentLength = answer.Length;
            await context.Response.Body.WriteAsync(answer, context.RequestAborted);
        }
        finally
        {
            journal.Write(request, decision, elapsed);
        }
    }

    private async ValueTask<(AdmissionRequest? Request, AdmissionDecision? Decision, string? Problem)> DecideAsync(
        ReadOnlyMemory<byte> body, TimeSpan limit, CancellationToken cancellationToken)
    {
        AdmissionRequest? request = null;
        try
        {
            return ReviewReader.TryRead(body, out request, out var problem)
                ? (request, await decider.DecideAsync(request, limit, cancellationToken), null)
                : (null, null, problem);
        }
#pragma warning disable CA1031 // Whatever goes wrong here, the answer is no, and the API server gets one.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            const string Problem = "the verifier could not decide this review because of a defect; its log says more";
            request ??= ReviewIdentity.TryFind(body.Span, out var version, out var uid) ? new AdmissionRequest { ApiVersion = version ?? "", Uid = uid } : null;
            Log.Defect(logger, Excerpt.Of(request?.Uid), defect);
            return (request, request is null ? null : AdmissionDecision.Error(Problem), Problem);
        }
    }

    private Task RefuseTooLargeAsync(HttpContext context) => RefuseAsync(
        context, StatusCodes.Status413PayloadTooLarge, $"the review has more than {options.MaxBodyBytes} bytes (Admission:MaxBodyBytes)");

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Review {Uid} was refused because of a defect.")]
        public static partial void Defect(ILogger logger, string uid, Exception exception);
    }
}
