using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Kritis.Events.Verifier.Events;

/// <summary>
/// Writes Events into the cluster. An API server takes an Event about an object of another namespace only where it has an <c>eventTime</c>, and with it
/// a reporter and an action (k8s.io/kubernetes, validation of core Events); every Event here has them.
/// </summary>
internal sealed class EventWriter(IKubernetes client, TimeProvider time)
{
    /// <summary>Who says it, as users of kritis-validation-hook know it.</summary>
    public const string Component = "kritis-validation-hook";

    private const int MostInstanceCharacters = 128;
    private const string MicroTime = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly string Instance = Environment.MachineName.Length <= MostInstanceCharacters ? Environment.MachineName : Environment.MachineName[..MostInstanceCharacters];

    /// <summary>Makes the Event, or brings its count and time up to date.</summary>
    /// <exception cref="HttpOperationException">The API server refuses.</exception>
    /// <exception cref="OperationCanceledException">There was no answer in time, or it was cancelled.</exception>
    public async Task WriteAsync(ToldEvent told, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        if (told.IsWritten && await TryUpdateAsync(told, either.Token))
        {
            return;
        }

        // One that is not there any more has run out: API servers keep Events for an hour.
        await CreateAsync(told, either.Token);
    }

    private async Task CreateAsync(ToldEvent told, CancellationToken cancellationToken)
    {
        try
        {
            _ = await client.CoreV1.CreateNamespacedEventAsync(Body(told), told.Notice.Namespace, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException made) when (made.Response.StatusCode == HttpStatusCode.Conflict)
        {
            // An earlier try arrived whose answer did not.
            _ = await TryUpdateAsync(told, cancellationToken);
        }
    }

    private async Task<bool> TryUpdateAsync(ToldEvent told, CancellationToken cancellationToken)
    {
        var change = new JsonObject { ["count"] = told.Count, ["lastTimestamp"] = told.Last.UtcDateTime.ToString(MicroTime, provider: null) };
        try
        {
            var patch = new V1Patch(change, V1Patch.PatchType.MergePatch);
            _ = await client.CoreV1.PatchNamespacedEventAsync(patch, told.Name, told.Notice.Namespace, cancellationToken: cancellationToken);
            return true;
        }
        catch (HttpOperationException gone) when (gone.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private static Corev1Event Body(ToldEvent told) => new()
    {
        Metadata = new V1ObjectMeta { Name = told.Name, NamespaceProperty = told.Notice.Namespace },
        InvolvedObject = new V1ObjectReference
        {
            ApiVersion = told.Notice.Subject.ApiVersion,
            Kind = told.Notice.Subject.Kind,
            NamespaceProperty = told.Notice.Subject.Namespace,
            Name = told.Notice.Subject.Name,
            Uid = told.Notice.Subject.Uid,
        },
        Type = "Warning",
        Reason = told.Notice.Reason,
        Action = told.Notice.Action,
        Message = told.Notice.Message,
        Source = new V1EventSource { Component = Component },
        ReportingComponent = Component,
        ReportingInstance = Instance,
        Count = told.Count,
        EventTime = told.First.UtcDateTime,
        FirstTimestamp = told.First.UtcDateTime,
        LastTimestamp = told.Last.UtcDateTime,
    };
}
