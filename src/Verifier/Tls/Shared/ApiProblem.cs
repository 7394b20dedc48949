using System.Net;
using System.Text.Json;
using k8s.Autorest;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Tls.Shared;

/// <summary>What went wrong between a verifier and the API server, in words that hold nothing of a Secret.</summary>
internal static class ApiProblem
{
    /// <summary>Whether another writer was faster.</summary>
    public static bool IsConflict(HttpOperationException refusal) => refusal.Response?.StatusCode is HttpStatusCode.Conflict;

    /// <summary>Whether the object is not there.</summary>
    public static bool IsMissing(HttpOperationException refusal) => refusal.Response?.StatusCode is HttpStatusCode.NotFound;

    public static string Of(Exception failure) => failure switch
    {
        // Only these say nothing but who may not do what; others may quote the object.
        HttpOperationException { Response.StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } refusal =>
            $"the API server answered {(int)refusal.Response.StatusCode}: {Excerpt.Of(Message(refusal.Response.Content))}",
        HttpOperationException { Response: { } response } => $"the API server answered {(int)response.StatusCode} {response.StatusCode}",
        OperationCanceledException => "the API server did not answer in time",
        HttpRequestException or IOException => $"the API server cannot be reached ({Excerpt.Of(failure.Message)})",
        _ => $"the API server's answer cannot be used ({failure.GetType().Name})",
    };

    private static string? Message(string? status)
    {
        try
        {
            using var document = JsonDocument.Parse(status ?? "");
            return document.RootElement.TryGetProperty("message", out var message) ? message.GetString() : status;
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException)
        {
            return status;
        }
    }
}
