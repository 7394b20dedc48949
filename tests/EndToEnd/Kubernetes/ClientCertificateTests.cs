using System.Text;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>A verifier that answers only API servers with a certificate, and an API server that shows one, set up as docs/certificates.md says.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private const string Client = "the-api-server";
    private readonly ServerFolder _folder = new("client-certificate");
    private KubernetesApiServer _kubernetes = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _kubernetes = await KubernetesApiServer.StartAsync(Cancellation, Client);
        _folder.Write("client-authority.pem", _kubernetes.CertificateAuthority);
        var key = LocalKeyFile.Create(_folder.File("release.pem"), SignatureAlgorithm.EcdsaSha256);
        _folder.Write("resources/witness.yaml", ResourceYaml.Write(new Witness
        {
            Name = "release",
            Keys = [new WitnessKey { Kms = "local", KeyId = "release", State = KeyState.Active, PublicKey = key }],
        }));
        _folder.Write("resources/policy.yaml", ResourceYaml.Write(new SecurityPolicy
        {
            Name = "guarded",
            Enabled = true,
            Clusters = ["*"],
            Namespaces = ["guarded"],
            Witnesses = ["release"],
            AtLeast = 1,
            Enforcement = Enforcement.Enforce,
        }));
    }

    public async ValueTask DisposeAsync()
    {
        await _kubernetes.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task G3_an_API_server_that_shows_its_certificate_is_answered_and_one_with_another_name_is_not_and_then_nothing_is_admitted()
    {
        await using var verifier = await VerifierAsync("verifier", Client);
        await using var strict = await VerifierAsync("strict", "another-api-server");
        foreach (var ns in new[] { "guarded", "free" })
        {
            await _kubernetes.CreateNamespaceAsync(ns, labels: null, Cancellation);
        }

        await AskAsync("verifier", verifier);
        await Eventually.Async("the webhook refuses what is not attested", async () =>
            (await RunAsync("guarded", "refused")).Error.Contains("image alpine:3.11 is not attested", StringComparison.Ordinal), Cancellation, () => verifier.Output);
        (await RunAsync("free", "admitted")).Succeeded.Should().BeTrue("the verifier was asked and no policy is about this namespace");

        await AskAsync("strict", strict);
        await Eventually.Async("the API server gets no answer", async () =>
            (await RunAsync("free", "unanswered")).Error.Contains("failed calling webhook", StringComparison.Ordinal), Cancellation, () => strict.Output);
        strict.Output.Should().Contain("the client certificate has none of the names in Tls:ClientCertificateNames");
    }

    private async Task<ServiceProcess> VerifierAsync(string name, string caller)
    {
        var verifier = ServiceProcess.Start(name, Installation.Assembly("Verifier"), Installation.Loopback("https"), new Dictionary<string, string>
        {
            ["Bus:Uri"] = "memory:",
            ["Resources:Path"] = _folder.File("resources"),
            ["Data:Path"] = _folder.File(name),
            ["Tls:ClientCertificateAuthorityFile"] = _folder.File("client-authority.pem"),
            ["Tls:ClientCertificateNames:0"] = caller,
        });
        await verifier.UntilReadyAsync(Cancellation);
        return verifier;
    }

    private async Task AskAsync(string name, ServiceProcess verifier)
    {
        var authority = Convert.ToBase64String(Encoding.UTF8.GetBytes(await File.ReadAllTextAsync(_folder.File($"{name}/tls/ca.crt"), Cancellation)));
        var applied = await _kubernetes.KubectlAsync($$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: { name: kritis-validation-hook }
            webhooks:
              - name: kritis-validation-hook-pods.grafeas.io
                admissionReviewVersions: [v1]
                sideEffects: None
                failurePolicy: Fail
                rules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
                clientConfig: { url: "https://localhost:{{verifier.Http.BaseAddress!.Port}}/validate", caBundle: {{authority}} }
            """, Cancellation, "apply", "-f", "-");
        applied.Succeeded.Should().BeTrue(applied.ToString());
    }

    private Task<CommandResult> RunAsync(string ns, string name) =>
        _kubernetes.KubectlAsync(Cancellation, "run", name, "--image=alpine:3.11", "-n", ns, "--dry-run=server");
}
