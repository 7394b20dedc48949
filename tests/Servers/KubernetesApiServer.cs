using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Kritis.Events.Servers;

/// <summary>
/// A real API server of Kubernetes 1.20 with an etcd of its own: RBAC, admission webhooks, ephemeral containers. There are no nodes, so pods
/// are stored and never run.
/// </summary>
public sealed class KubernetesApiServer : IAsyncDisposable
{
    /// <summary>
    /// Ephemeral containers are an alpha in 1.20. Bound service account tokens are what later releases do: without them a pod waits for a
    /// secret that only another controller makes.
    /// </summary>
    internal const string FeatureGates = "EphemeralContainers=true,BoundServiceAccountTokenVolume=true";

    private readonly ServerFolder _folder = new("kubernetes");
    private readonly TestAuthority _authority = new("kritis-test-kubernetes");
    private readonly string? _webhookClient;
    private EtcdServer? _etcd;
    private ChildProcess? _server;
    private KubernetesControllerManager? _controllerManager;

    private KubernetesApiServer(string? webhookClient)
    {
        _webhookClient = webhookClient;
        var administrator = _authority.Client("kubernetes-admin", "system:masters");
        Kubeconfig = _folder.Write("admin.kubeconfig", Servers.Kubeconfig.With(Url, CertificateAuthority, administrator));
        Http = ClientOf(administrator);
        WriteKeys();
    }

    public Uri Url { get; } = new($"https://127.0.0.1:{FreePorts.Next()}");

    /// <summary>Who signed the API server's certificate, as PEM.</summary>
    public string CertificateAuthority => _authority.Certificate;

    /// <summary>The file that makes a client the administrator.</summary>
    public string Kubeconfig { get; }

    /// <summary>The administrator's client of the API.</summary>
    public HttpClient Http { get; }

    /// <summary>The last lines the API server wrote since it was started last, among them what went wrong with webhooks.</summary>
    public string Log => _server?.Output ?? "";

    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="webhookClient">The common name of the certificate that it shows to webhooks, issued by <see cref="CertificateAuthority"/>; null for none.</param>
    public static async Task<KubernetesApiServer> StartAsync(CancellationToken cancellationToken, string? webhookClient = null)
    {
        var kubernetes = new KubernetesApiServer(webhookClient);
        try
        {
            kubernetes._etcd = await EtcdServer.StartAsync(cancellationToken);
            await kubernetes.StartServerAsync(cancellationToken);
            return kubernetes;
        }
        catch
        {
            await kubernetes.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the controllers that make pods out of workloads, where they are not running yet.</summary>
    public async Task StartControllerManagerAsync(CancellationToken cancellationToken) =>
        _controllerManager ??= await KubernetesControllerManager.StartAsync(_folder, Kubeconfig, cancellationToken);

    /// <summary>Asks the API server to end, and makes it where somebody still watches, for whom it would wait a minute; etcd and the controllers stay.</summary>
    public Task StopAsync() => _server!.StopAsync(TimeSpan.FromSeconds(5));

    /// <summary>Ends the API server as a power cut would; etcd and the controllers stay.</summary>
    public Task KillAsync() => _server!.KillAsync();

    /// <summary>Starts the API server again on the same port and data.</summary>
    public Task RestartAsync(CancellationToken cancellationToken) => StartServerAsync(cancellationToken);

    /// <summary>Runs <c>kubectl</c> as the administrator, or as whom a <c>--kubeconfig=</c> or <c>--as=</c> among the arguments says.</summary>
    public Task<CommandResult> KubectlAsync(CancellationToken cancellationToken, params string[] arguments) =>
        KubectlAsync(null, cancellationToken, arguments);

    /// <summary>Runs <c>kubectl</c> with <paramref name="input"/> as its standard input, as for <c>apply -f -</c>.</summary>
    public Task<CommandResult> KubectlAsync(string? input, CancellationToken cancellationToken, params string[] arguments) =>
        CommandResult.OfAsync("kubectl", arguments, input, KubectlEnvironment(), _folder.Path, cancellationToken);

    /// <summary>Makes a namespace in which pods can be created, with the name label that releases since 1.21 set by themselves.</summary>
    public async Task CreateNamespaceAsync(string name, IReadOnlyDictionary<string, string>? labels, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, string>(labels ?? new Dictionary<string, string>()) { ["kubernetes.io/metadata.name"] = name };
        await PostAsync("/api/v1/namespaces", new { metadata = new { name, labels = all } }, cancellationToken);
        if (_controllerManager is null)
        {
            // No pod is taken without it, and only a controller makes it.
            await PostAsync($"/api/v1/namespaces/{name}/serviceaccounts", new { metadata = new { name = "default" } }, cancellationToken);
        }
        else
        {
            await Eventually.Async($"namespace {name} has its default service account", () =>
                ExistsAsync($"/api/v1/namespaces/{name}/serviceaccounts/default", cancellationToken), cancellationToken, () => Log);
        }
    }

    /// <summary>A kubeconfig with a token of a service account that exists, valid for an hour.</summary>
    /// <returns>The file's path.</returns>
    public async Task<string> KubeconfigForAsync(string ns, string serviceAccount, CancellationToken cancellationToken)
    {
        var answer = await PostAsync($"/api/v1/namespaces/{ns}/serviceaccounts/{serviceAccount}/token",
            new { apiVersion = "authentication.k8s.io/v1", kind = "TokenRequest", spec = new { expirationSeconds = 3600 } }, cancellationToken);
        var token = answer["status"]!["token"]!.GetValue<string>();
        return _folder.Write($"{ns}-{serviceAccount}.kubeconfig", Servers.Kubeconfig.With(Url, CertificateAuthority, token));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_controllerManager is not null)
        {
            await _controllerManager.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.KillAsync();
            await _server.DisposeAsync();
        }

        if (_etcd is not null)
        {
            await _etcd.DisposeAsync();
        }

        _authority.Dispose();
        _folder.Dispose();
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        _server = ChildProcess.Start("kube-apiserver", KubernetesBinaries.ApiServer,
        [
            $"--etcd-servers={_etcd!.Url.GetLeftPart(UriPartial.Authority)}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            // Nothing shall find the API server through the service `kubernetes`, whose endpoints may not be loopback addresses.
            "--endpoint-reconciler-type=none",
            $"--secure-port={Url.Port.ToString(CultureInfo.InvariantCulture)}",
            "--insecure-port=0",
            $"--tls-cert-file={_folder.File("server.pem")}",
            $"--tls-private-key-file={_folder.File("server.key")}",
            $"--client-ca-file={_folder.File("ca.pem")}",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--service-account-issuer=https://kubernetes.default.svc",
            $"--service-account-key-file={_folder.File("service-accounts.key")}",
            $"--service-account-signing-key-file={_folder.File("service-accounts.key")}",
            "--authorization-mode=RBAC",
            "--enable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook",
            $"--feature-gates={FeatureGates}",
            "--allow-privileged",
            "--profiling=false",
            "--logtostderr=false",
            "--alsologtostderr",
            $"--log-file={_folder.File("kube-apiserver.log")}",
            .. _webhookClient is null ? [] : new[] { $"--admission-control-config-file={_folder.File("admission.yaml")}" },
        ], folder: _folder.Path);
        await _server.UntilAsync("the API server is ready", async () =>
            await ExistsAsync("/readyz", cancellationToken) && await ExistsAsync("/api/v1/namespaces/default", cancellationToken), cancellationToken);
    }

    private void WriteKeys()
    {
        var server = _authority.Server("kube-apiserver",
            ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"],
            [IPAddress.Loopback, IPAddress.IPv6Loopback, IPAddress.Parse("10.0.0.1")]);
        using var serviceAccounts = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _folder.Write("ca.pem", CertificateAuthority);
        _folder.Write("server.pem", server.Certificate);
        _folder.Write("server.key", server.Key);
        _folder.Write("service-accounts.key", serviceAccounts.ExportECPrivateKeyPem());
        if (_webhookClient is not null)
        {
            WriteWebhookClient(_authority.Client(_webhookClient, "webhooks"));
        }
    }

    /// <summary>As docs/certificates.md tells administrators to.</summary>
    private void WriteWebhookClient(CertificateAndKey client)
    {
        var certificate = _folder.Write("webhooks.pem", client.Certificate);
        var key = _folder.Write("webhooks.key", client.Key);
        var kubeconfig = _folder.Write("webhooks.kubeconfig", $$"""
            apiVersion: v1
            kind: Config
            users:
              - { name: "*", user: { client-certificate: {{certificate}}, client-key: {{key}} } }
            """);
        _folder.Write("admission.yaml", $$"""
            apiVersion: apiserver.config.k8s.io/v1
            kind: AdmissionConfiguration
            plugins:
              - name: ValidatingAdmissionWebhook
                configuration:
                  apiVersion: apiserver.config.k8s.io/v1
                  kind: WebhookAdmissionConfiguration
                  kubeConfigFile: {{kubeconfig}}
            """);
    }

    private HttpClient ClientOf(CertificateAndKey user)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPem(CertificateAuthority);
        return new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = trust,
                ClientCertificateContext = SslStreamCertificateContext.Create(user.Load(), additionalCertificates: null, offline: true),
            },
        })
        { BaseAddress = Url };
    }

    // kubectl keeps what it discovers below HOME, and must not see a configuration of who runs the tests.
    private Dictionary<string, string> KubectlEnvironment() => new()
    {
        ["HOME"] = Directory.CreateDirectory(_folder.File("home")).FullName,
        ["KUBECONFIG"] = Kubeconfig,
        ["KUBECACHEDIR"] = _folder.File("home/cache"),
    };

    private async Task<bool> ExistsAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return answer.IsSuccessStatusCode;
    }

    private async Task<JsonNode> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"POST {path} was answered with {(int)answer.StatusCode}: {text}");
    }
}
