using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>
/// A real API server with what <c>deploy/kubernetes</c> installs, and three verifiers that start at once and share a certificate with the rights of
/// the manifests. The API server asks the first about Deployments, the second about ReplicaSets and the third about Pods.
/// </summary>
public sealed class CertificateCluster : IAsyncLifetime
{
    public const string Configuration = "validatingwebhookconfiguration/kritis-validation-hook";
    public const string Secret = "secret/kritis-verifier-tls";
    public const string Exempt = "registry.example.com/exempt:1";

    /// <summary>Short enough for a renewal to take seconds (API servers must have been told for 10 s), long enough for a machine that is busy.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private readonly ServerFolder _folder = new("certificates");

    public KubernetesApiServer Server { get; private set; } = null!;

    public IReadOnlyList<ServiceProcess> Verifiers { get; private set; } = [];

    /// <summary>What the verifiers wrote.</summary>
    public string Output => string.Join("\n--\n", Verifiers.Select(verifier => verifier.Output));

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = CancellationToken.None;
        Server = await KubernetesApiServer.StartAsync(cancellationToken);
        WriteResources();
        Uri[] addresses = [Installation.Loopback("https"), Installation.Loopback("https"), Installation.Loopback("https")];
        await ShippedManifests.ApplyAsync(Server, addresses[0].Port, cancellationToken);
        await KubectlAsync(cancellationToken, "patch", Configuration, "--type=json", "--patch", $$"""
            [{"op":"test","path":"/webhooks/1/name","value":"kritis-validation-hook-replicasets.grafeas.io"},
             {"op":"replace","path":"/webhooks/1/clientConfig/service/port","value":{{addresses[1].Port}}},
             {"op":"test","path":"/webhooks/7/name","value":"kritis-validation-hook-pods.grafeas.io"},
             {"op":"replace","path":"/webhooks/7/clientConfig/service/port","value":{{addresses[2].Port}}}]
            """);
        await KubectlAsync(cancellationToken, "create", "serviceaccount", "default", "-n", "default");
        var kubeconfig = await Server.KubeconfigForAsync(ShippedManifests.Namespace, "kritis-verifier", cancellationToken);
        Verifiers = [.. addresses.Select((address, number) => Start($"verifier{number}", address, kubeconfig))];
        foreach (var verifier in Verifiers)
        {
            await verifier.UntilReadyAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var verifier in Verifiers)
        {
            await verifier.DisposeAsync();
        }

        await (Server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    /// <summary>Runs kubectl and expects it to do what it was asked.</summary>
    public async Task<string> KubectlAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var result = await Server.KubectlAsync(cancellationToken, arguments);
        result.Succeeded.Should().BeTrue($"kubectl {string.Join(' ', arguments)}: {result}\n{Output}");
        return result.Output;
    }

    private ServiceProcess Start(string name, Uri address, string kubeconfig) => ServiceProcess.Start(name, Installation.Assembly("Verifier"), address, new Dictionary<string, string>
    {
        ["Bus:Uri"] = "memory:",
        ["Resources:Path"] = _folder.File("resources"),
        ["Data:Path"] = _folder.File(name),
        ["Kubernetes:Enabled"] = "true",
        ["Kubernetes:Namespace"] = ShippedManifests.Namespace,
        ["Kubernetes:Kubeconfig"] = kubeconfig,
        ["Tls:CertificateLifetime"] = Lifetime.ToString(),
    });

    private void WriteResources()
    {
        using var key = global::System.Security.Cryptography.ECDsa.Create(global::System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        _folder.Write("resources/all.yaml", $$"""
            apiVersion: kritis.events/v1alpha1
            kind: Witness
            metadata: { name: release }
            spec:
              keys:
                - kms: local
                  keyId: release
                  algorithm: ECDSA_SHA_256
                  state: active
                  publicKey: |
                    {{key.ExportSubjectPublicKeyInfoPem().Replace("\n", "\n        ", StringComparison.Ordinal)}}
            ---
            apiVersion: kritis.events/v1alpha1
            kind: SecurityPolicy
            metadata: { name: default-namespace }
            spec:
              clusters: ["*"]
              namespaces: [default]
              require: { allOf: [release] }
              exempt: ["{{Exempt}}"]

            """);
    }
}
