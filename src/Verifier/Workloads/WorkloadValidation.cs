using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Leader;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>
/// Continuous validation: while this replica speaks for all it follows the Pods that are there and checks them when they appear, after the policies, the
/// keys, a namespace's labels or an image's standing changed, and on a schedule. It tells what it finds and does nothing else.
/// </summary>
internal sealed partial class WorkloadValidation(
    ClusterLeader leader,
    PodFeed feed,
    WorkloadLoop loop,
    WorkloadAgenda agenda,
    RunningPods pods,
    WorkloadFindings findings,
    IResourceSource resources,
    NamespaceLabels labels,
    IndexWriter index,
    TimeProvider time,
    ILogger<WorkloadValidation> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Listen();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await SpeakAsync(await leader.UntilLeadingAsync(stoppingToken), stoppingToken);
            }
        }
        finally
        {
            StopListening();
        }
    }

    private async Task SpeakAsync(CancellationToken term, CancellationToken stoppingToken)
    {
        using var speaking = CancellationTokenSource.CreateLinkedTokenSource(term, stoppingToken);
        try
        {
            await Task.WhenAll(OrEndAsync(feed.FollowAsync(speaking.Token), speaking), OrEndAsync(loop.RunAsync(speaking.Token), speaking));
        }
        catch (OperationCanceledException) when (speaking.IsCancellationRequested && term.IsCancellationRequested)
        {
            // Another replica speaks from now on.
        }
#pragma warning disable CA1031 // Whatever it is, it must not end the process: admissions go on.
        catch (Exception defect) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.Defect(logger, Excerpt.Of(defect.Message), defect);
            await Task.Delay(Pause, time, stoppingToken);
        }
        finally
        {
            pods.Clear();
            findings.Clear();
        }
    }

    /// <summary>Where following or checking ends the other ends too, and both begin anew.</summary>
    private static async Task OrEndAsync(Task part, CancellationTokenSource speaking)
    {
        try
        {
            await part;
        }
        finally
        {
            await speaking.CancelAsync();
        }
    }

    private void Listen()
    {
        resources.Changed += OnResources;
        labels.Changed += agenda.AddAll;
        index.Revoked += OnRevoked;
        index.Added += OnAdded;
    }

    private void StopListening()
    {
        resources.Changed -= OnResources;
        labels.Changed -= agenda.AddAll;
        index.Revoked -= OnRevoked;
        index.Added -= OnAdded;
    }

    private void OnResources(ResourceSet next) => agenda.AddAll();

    private void OnRevoked(Image image, IndexedRevocation revocation) => agenda.AddAll();

    private void OnAdded(Image image, IndexedAttestation attestation)
    {
        // An attestation can only help, and it helps those against which something speaks.
        if (!findings.IsEmpty)
        {
            agenda.AddViolating();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Checking running workloads failed in a way nobody thought of ({Reason}); it begins anew.")]
        public static partial void Defect(ILogger logger, string reason, Exception exception);
    }
}
