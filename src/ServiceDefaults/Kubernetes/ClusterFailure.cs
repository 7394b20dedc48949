using System.Text.Json;
using k8s.Autorest;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.ServiceDefaults.Kubernetes;

/// <summary>Says in a clause why the API server did not do what it was asked.</summary>
public static class ClusterFailure
{
    /// <summary>The clause, without a full stop; fit to be shown.</summary>
    public static string Reason(Exception failure) => failure switch
    {
        HttpOperationException refused => $"the API server answers {(int)refused.Response.StatusCode}: {Excerpt.Of(Message(refused.Response.Content))}",
        OperationCanceledException => "the API server does not answer in time",
        _ => $"the API server cannot be reached: {Excerpt.Of(failure.Message)}",
    };

    /// <summary>The message of a Status (Kubernetes API, <c>metav1.Status</c>), or the answer as it is.</summary>
    private static string? Message(string? answer)
    {
        try
        {
            using var status = JsonDocument.Parse(answer ?? "");
            return status.RootElement.ValueKind == JsonValueKind.Object && status.RootElement.TryGetProperty("message", out var message)
                ? message.ToString()
                : answer;
        }
        catch (JsonException)
        {
            return answer;
        }
    }
}
