using System.Buffers;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Admission;

/// <summary><c>POST /validate</c>.</summary>
internal sealed partial class AdmissionEndpoint(
    AdmissionDecider decider, DecisionJournal journal, AdmissionOptions options, TimeProvider time, ILogger<AdmissionEndpoint> logger)
{
    public const string Path = "/validate";

    public async Task HandleAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "expected an AdmissionReview as application/json");
            return;
        }

        using var body = await ReadAsync(context);
        if (body is null)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, $"the review has more than {options.MaxBodyBytes} bytes (Admission:MaxBodyBytes)");
            return;
        }

        var started = time.GetTimestamp();
        if (!ReviewReader.TryRead(body.Content, out var request, out var problem))
        {
            journal.CountUnreadable();
            await RefuseAsync(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        var decision = Decide(request);
        journal.Write(request, decision, time.GetElapsedTime(started));
        var answer = ReviewAnswer.Write(request, decision);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private AdmissionDecision Decide(AdmissionRequest request)
    {
        try
        {
            return decider.Decide(request);
        }
#pragma warning disable CA1031 // Whatever goes wrong here, the answer is no, and the API server gets one.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            Log.Defect(logger, Excerpt.Of(request.Uid), defect);
            return AdmissionDecision.Refuse("the verifier could not decide this review because of a defect; its log says more");
        }
    }

    private async Task<ReviewBody?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > options.MaxBodyBytes)
        {
            return null;
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)(context.Request.ContentLength ?? 16 * 1024) + 1);
        var length = 0;
        try
        {
            while (true)
            {
                var read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted);
                length += read;
                if (length > options.MaxBodyBytes)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    return null;
                }

                if (read == 0)
                {
                    return new ReviewBody(buffer, length);
                }

                buffer = length == buffer.Length ? Grow(buffer) : buffer;
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }

    private sealed class ReviewBody(byte[] buffer, int length) : IDisposable
    {
        public ReadOnlyMemory<byte> Content => buffer.AsMemory(0, length);

        public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Review {Uid} was refused because of a defect.")]
        public static partial void Defect(ILogger logger, string uid, Exception exception);
    }
}
