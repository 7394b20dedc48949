using System.Net.Http.Headers;
using System.Text.Json;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>What a verifier said to a review.</summary>
/// <param name="Allowed">Whether it was a yes.</param>
/// <param name="Message">Its reason; empty for a yes.</param>
internal sealed record AdmissionAnswer(bool Allowed, string Message)
{
    // The API server's own, which it tells the webhook.
    private static readonly Uri Endpoint = new("/validate?timeout=10s", UriKind.Relative);

    /// <summary>Asks as an API server does.</summary>
    /// <exception cref="HttpRequestException">There was no answer, or none with status 200.</exception>
    public static async Task<AdmissionAnswer> AskAsync(HttpClient verifier, byte[] review, CancellationToken cancellationToken)
    {
        using var body = new ByteArrayContent(review) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await verifier.PostAsync(Endpoint, body, cancellationToken);
        using var document = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken));
        var response = document.RootElement.GetProperty("response");
        return new AdmissionAnswer(
            response.GetProperty("allowed").GetBoolean(),
            response.TryGetProperty("status", out var status) && status.TryGetProperty("message", out var message) ? message.GetString()! : "");
    }
}
