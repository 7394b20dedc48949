using System.Globalization;

namespace Kritis.Events.Servers;

/// <summary>
/// The controllers that make pods out of workloads, default service accounts for namespaces, and that delete what belongs to something
/// deleted. Each acts as its own service account, as in a real cluster, because an admission webhook is told who asks.
/// </summary>
internal sealed class KubernetesControllerManager : IAsyncDisposable
{
    private const string Controllers =
        "deployment,replicaset,replicationcontroller,statefulset,daemonset,job,cronjob,serviceaccount,namespace,garbagecollector,clusterrole-aggregation";

    private readonly ChildProcess _process;

    private KubernetesControllerManager(ChildProcess process) => _process = process;

    public static async Task<KubernetesControllerManager> StartAsync(ServerFolder folder, string kubeconfig, CancellationToken cancellationToken)
    {
        var port = FreePorts.Next();
        var manager = new KubernetesControllerManager(ChildProcess.Start("kube-controller-manager", KubernetesBinaries.ControllerManager,
        [
            "--bind-address=127.0.0.1",
            $"--secure-port={port.ToString(CultureInfo.InvariantCulture)}",
            "--port=0",
            $"--cert-dir={folder.File("controller-manager")}",
            $"--kubeconfig={kubeconfig}",
            $"--authentication-kubeconfig={kubeconfig}",
            $"--authorization-kubeconfig={kubeconfig}",
            $"--controllers={Controllers}",
            "--use-service-account-credentials",
            "--leader-elect=false",
            "--kube-api-qps=200",
            "--kube-api-burst=400",
            "--feature-gates=" + KubernetesApiServer.FeatureGates,
            "--logtostderr=false",
            "--alsologtostderr",
            $"--log-file={folder.File("kube-controller-manager.log")}",
        ], folder: folder.Path));
        try
        {
            await manager.UntilHealthyAsync(new Uri($"https://127.0.0.1:{port}/healthz"), cancellationToken);
            return manager;
        }
        catch
        {
            await manager.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task UntilHealthyAsync(Uri health, CancellationToken cancellationToken)
    {
#pragma warning disable CA5400 // It makes its certificate itself, and all that is asked is whether it is there.
        using var http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });
#pragma warning restore CA5400
        await _process.UntilAsync("kube-controller-manager is healthy", async () =>
            await http.GetStringAsync(health, cancellationToken) == "ok", cancellationToken);
    }
}
