using System.Text.Json;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Kms;
using Microsoft.Extensions.DependencyInjection;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary><c>kritis explain</c> with the resources and the namespaces of a real API server.</summary>
public sealed class ExplainInClusterTests : IDisposable
{
    private static readonly (string Kind, string Plural)[] Kinds =
        [("Registry", "registries"), ("Witness", "witnesses"), ("SigningRule", "signingrules"), ("SecurityPolicy", "securitypolicies")];

    private readonly ServerFolder _folder = new("explain-cluster");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Policies_and_the_labels_of_namespaces_come_from_the_API_server_and_without_it_nothing_is_found_out()
    {
        await using var server = await KubernetesApiServer.StartAsync(Cancellation);
        await ApplyAsync(server, string.Join("---\n", Kinds.Select(kind => Definition(kind.Kind, kind.Plural))));
        await Eventually.Async("the API server serves the custom resources", async () => (await server.KubectlAsync(Resources(), Cancellation, "apply", "-f", "-")).Succeeded, Cancellation, () => server.Log);
        await server.CreateNamespaceAsync("shop", new Dictionary<string, string> { ["env"] = "prod" }, Cancellation);
        await server.CreateNamespaceAsync("lab", new Dictionary<string, string> { ["env"] = "test" }, Cancellation);
        WriteEmptyLog();

        var (exit, output) = await ExplainAsync(server, "shop");
        exit.Should().Be(2, output);
        output.Should().ContainAll("policy production: no attestation by 'release'", "Refused in cluster real").And.NotContain("--namespace-labels");
        (exit, output) = await ExplainAsync(server, "lab");
        exit.Should().Be(0, output);
        output.Should().Contain("no policy selects the namespace");

        await server.StopAsync();
        (exit, output) = await ExplainAsync(server, "lab");
        exit.Should().Be(1, output);
        output.Should().Contain("the resources could not be read within 3 s");
    }

    private async Task<(int ExitCode, string Output)> ExplainAsync(KubernetesApiServer server, string ns)
    {
        var pod = _folder.Write("pod.yaml", $$"""
            apiVersion: v1
            kind: Pod
            metadata: { name: web, namespace: {{ns}} }
            spec: { containers: [{ name: web, image: "registry.example.com/team/app@sha256:{{new string('a', 64)}}" }] }
            """);
        await using var child = ChildProcess.Start("kritis", "dotnet", [KritisCommand.Assembly, "explain", "-f", pod, "--cluster", "real", "--patience", "3"], new Dictionary<string, string>
        {
            ["KRITIS_Bus__Uri"] = "memory:",
            ["KRITIS_Data__Path"] = _folder.File("data"),
            ["KRITIS_Resources__Source"] = "Kubernetes",
            ["KRITIS_Kubernetes__Enabled"] = "true",
            ["KRITIS_Kubernetes__Kubeconfig"] = server.Kubeconfig,
        });
        await child.WaitForExitAsync(Cancellation);
        return (child.ExitCode, child.Output);
    }

    private void WriteEmptyLog()
    {
        using var services = new ServiceCollection().AddAttestationLog(broker: null, _folder.File("data"), "tests").BuildServiceProvider();
        _ = services.GetRequiredService<IAttestationLog>();
    }

    private static async Task ApplyAsync(KubernetesApiServer server, string manifest)
    {
        var applied = await server.KubectlAsync(manifest, Cancellation, "apply", "-f", "-");
        applied.Succeeded.Should().BeTrue(applied.ToString());
    }

    private string Resources() => $$"""
        apiVersion: kritis.events/v1alpha1
        kind: Witness
        metadata: { name: release }
        spec:
          keys:
          - { kms: local, keyId: release, algorithm: ECDSA_SHA_256, state: active, publicKey: {{NewKey()}} }
        ---
        apiVersion: kritis.events/v1alpha1
        kind: SecurityPolicy
        metadata: { name: production }
        spec:
          clusters: [real]
          namespaces: ["*"]
          namespaceSelector: { matchLabels: { env: prod } }
          require: { allOf: [release] }
        """;

    private string NewKey() => JsonSerializer.Serialize(LocalKeyFile.Create(_folder.File($"{Guid.NewGuid():n}.pem"), SignatureAlgorithm.EcdsaSha256).Pem);

    private static string Definition(string kind, string plural) => $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: {{plural}}.kritis.events }
        spec:
          group: kritis.events
          scope: Cluster
          names: { plural: {{plural}}, singular: {{kind.ToLowerInvariant()}}, kind: {{kind}} }
          versions:
          - { name: v1alpha1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }

        """;
}
