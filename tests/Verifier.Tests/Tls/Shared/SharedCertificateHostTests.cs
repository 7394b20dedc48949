using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kritis.Events.Contracts;
using Kritis.Events.Verifier.Tests.Testing;
using Kritis.Events.Verifier.Tls;
using Kritis.Events.Verifier.Tls.Shared;
using Microsoft.Extensions.Configuration;

namespace Kritis.Events.Verifier.Tests.Tls.Shared;

/// <summary>The whole webhook with a small API server beside it.</summary>
public sealed class SharedCertificateHostTests : SharedCertificateBase
{
    [Fact]
    public async Task Without_an_API_server_the_service_comes_up_is_not_ready_and_is_ready_once_there_is_one()
    {
        using var folder = new TemporaryFolder();
        Server.IsAway = true;
        await using var host = await StartAsync(folder);

        using (var probe = Probe(host))
        {
            (await probe.GetStringAsync(new Uri("healthz", UriKind.Relative), TestContext.Current.CancellationToken)).Should().Be("alive\n");
            await Eventually.Holds(async () => (await ReadinessAsync(probe)).Text.StartsWith("certificate: no certificate yet: Secret kritis/kritis-verifier-tls cannot be read"), "it says why");
            (await ReadinessAsync(probe)).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        }

        Server.IsAway = false;
        using var ready = Probe(host);
        await Eventually.Holds(async () => (await ReadinessAsync(ready)).Status == HttpStatusCode.OK, "it is ready");
        using var caller = Trusting(host, Server.Bundles().First());
        using var body = new ByteArrayContent(Review.Pod("alpine:3.11").Bytes);
        body.Headers.ContentType = new("application/json");
        using var answer = await caller.PostAsync(new Uri("validate", UriKind.Relative), body, TestContext.Current.CancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        Directory.Exists(folder.File("tls")).Should().BeFalse("nothing is kept on this machine");
    }

    [Theory]
    [InlineData("Tls:Secret", "Upper", "is 'Upper'; expected a Secret's name")]
    [InlineData("Tls:Secret", "a/../b", "is 'a/../b'; expected a Secret's name")]
    [InlineData("Tls:ServiceName", "a.b", "is 'a.b'; expected a Service's name")]
    [InlineData("Tls:ServiceName", "1a", "is '1a'; expected a Service's name")]
    [InlineData("Tls:CertificateLifetime", "00:00:10", "is 00:00:10; expected 00:00:30 to 730.00:00:00*")]
    [InlineData("Tls:CertificateLifetime", "800.00:00:00", "is 800.00:00:00; expected *")]
    [InlineData("Webhook:ConfigurationName", "a b", "is 'a b'; expected a ValidatingWebhookConfiguration's name")]
    public void A_setting_that_is_wrong_stops_the_service(string key, string value, string problem)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();
        var start = () => (TlsOptions.From(configuration), WebhookOptions.From(configuration));

        start.Should().Throw<StartRefusedException>().WithMessage($"{key} {problem}");
    }

    private Task<WebhookHost> StartAsync(TemporaryFolder folder)
    {
        var kubeconfig = folder.File("kubeconfig");
        File.WriteAllText(kubeconfig, $$"""
            apiVersion: v1
            kind: Config
            clusters: [{ name: c, cluster: { server: "{{Server.Url}}" } }]
            users: [{ name: u, user: { token: t } }]
            contexts: [{ name: x, context: { cluster: c, user: u } }]
            current-context: x
            """);
        return WebhookHost.StartAsync(Given.Resources(), settings:
            ["--Kubernetes:Enabled=true", $"--Kubernetes:Kubeconfig={kubeconfig}", "--Kubernetes:Namespace=kritis", $"--Data:Path={folder.Path}"]);
    }

    private static async Task<(HttpStatusCode Status, string Text)> ReadinessAsync(HttpClient probe)
    {
        using var answer = await probe.GetAsync(new Uri("readyz", UriKind.Relative), TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A kubelet's probe looks at no certificate.</summary>
    private static HttpClient Probe(WebhookHost host)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        return new HttpClient(handler) { BaseAddress = host.Address };
    }

    private static HttpClient Trusting(WebhookHost host, string bundle)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = Https.Policy(X509CertificateLoader.LoadCertificate(Encoding.UTF8.GetBytes(bundle)));
        var caller = new HttpClient(handler) { BaseAddress = host.Address };
        caller.DefaultRequestHeaders.Host = "kritis-verifier.kritis.svc";
        return caller;
    }
}
