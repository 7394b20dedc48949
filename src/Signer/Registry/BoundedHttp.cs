using System.Net;
using System.Net.Http.Headers;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>Sends one request and reads its answer within bounds of time and bytes. Redirects are not followed.</summary>
internal sealed class BoundedHttp(HttpClient http, RegistryClientOptions options, TimeProvider time)
{
    private const int LargestBuffer = 16 * 1024;

    /// <exception cref="RegistryException">No answer in time, or one that is larger than <paramref name="mostBytes"/>.</exception>
    public async Task<BoundedAnswer> SendAsync(
        ConfiguredRegistry registry, HttpRequestMessage request, int mostBytes, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await ReadAsync(registry, request, response, mostBytes, either.Token);
            return new BoundedAnswer(response.StatusCode, response.Headers, response.Content.Headers.ContentType?.MediaType, body);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Unavailable(registry, request, $"no whole answer within {options.RequestTimeout.TotalSeconds:0} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw Unavailable(registry, request, failure.GetBaseException().Message, failure);
        }
    }

    private static async Task<byte[]> ReadAsync(
        ConfiguredRegistry registry, HttpRequestMessage request, HttpResponseMessage response, int mostBytes, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Head)
        {
            return [];
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        // Most answers are a manifest of some hundred bytes; the largest buffer for each was a sixth of all that signing allocates.
        var buffer = new byte[response.Content.Headers.ContentLength is >= 0 and < LargestBuffer and var told ? told + 1 : LargestBuffer];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > mostBytes)
            {
                throw new RegistryException(RegistryException.AnswerTooLarge,
                    $"registry '{registry.Name}' answered {request.Method} {request.RequestUri!.AbsolutePath} with more than {mostBytes} bytes", transient: false);
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private static RegistryException Unavailable(ConfiguredRegistry registry, HttpRequestMessage request, string reason, Exception? inner = null) => new(
        RegistryException.Unavailable,
        $"registry '{registry.Name}' ({request.RequestUri!.Authority}) cannot be reached for {request.Method} {request.RequestUri.AbsolutePath}: {Excerpt.Of(reason)}",
        transient: true, inner);
}

/// <summary>An answer, read whole.</summary>
internal sealed record BoundedAnswer(HttpStatusCode Status, HttpResponseHeaders Headers, string? MediaType, byte[] Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>How long the registry asks to be left alone, where it does.</summary>
    public TimeSpan? RetryAfter => Headers.RetryAfter?.Delta;

    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>What an unsuccessful answer means.</summary>
    public RegistryException Failure(ConfiguredRegistry registry, string what) => Status switch
    {
        HttpStatusCode.TooManyRequests => Problem(registry, what, RegistryException.Throttled, "it asks to slow down", transient: true),
        HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError =>
            Problem(registry, what, RegistryException.Unavailable, "it is in trouble", transient: true),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
            Problem(registry, what, RegistryException.Unauthorized, "check the credentials of the Registry resource and what they may do", transient: false),
        HttpStatusCode.NotFound => Problem(registry, what, RegistryException.NotInRegistry, "it does not hold it", transient: false),
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest =>
            Problem(registry, what, RegistryException.Refused, "a redirect is not followed here", transient: false),
        _ => Problem(registry, what, RegistryException.Refused, Excerpt.Of(System.Text.Encoding.UTF8.GetString(Body)), transient: false),
    };

    private RegistryException Problem(ConfiguredRegistry registry, string what, string code, string meaning, bool transient) =>
        new(code, $"registry '{registry.Name}' answered {(int)Status} when asked for {what}: {meaning}", transient) { Answered = true };
}
