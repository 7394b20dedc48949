using System.Net;
using k8s.Autorest;
using Kritis.Events.ServiceDefaults.Kubernetes;

namespace Kritis.Events.Verifier.Tls.Shared;

/// <summary>What went wrong between a verifier and the API server, in words that hold nothing of a Secret.</summary>
internal static class ApiProblem
{
    /// <summary>Whether another writer was faster.</summary>
    public static bool IsConflict(HttpOperationException refusal) => refusal.Response?.StatusCode is HttpStatusCode.Conflict;

    /// <summary>Whether the object is not there.</summary>
    public static bool IsMissing(HttpOperationException refusal) => refusal.Response?.StatusCode is HttpStatusCode.NotFound;

    /// <summary>The reason as a clause.</summary>
    public static string Of(Exception failure) => failure switch
    {
        // These say nothing but who may not do what. Others may quote the object.
        HttpOperationException { Response.StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => ClusterFailure.Reason(failure),
        HttpOperationException { Response: { } response } => $"the API server answers {(int)response.StatusCode} {response.StatusCode}",
        OperationCanceledException or HttpRequestException or IOException => ClusterFailure.Reason(failure),
        _ => $"the API server's answer cannot be used ({failure.GetType().Name})",
    };
}
