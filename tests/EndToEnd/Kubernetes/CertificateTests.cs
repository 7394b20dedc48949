using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>Three verifiers, one certificate, a real API server that trusts it: before, during and after renewals.</summary>
public class CertificateTests(CertificateCluster cluster) : IClassFixture<CertificateCluster>
{
    private const string Unsigned = "registry.example.com/unsigned:1";

    private static readonly (string Path, string Manifest)[] Kinds =
    [
        ("/apis/apps/v1/namespaces/default/deployments", """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"probe"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":TEMPLATE}}"""),
        ("/apis/apps/v1/namespaces/default/replicasets", """{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"probe"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":TEMPLATE}}"""),
        ("/api/v1/namespaces/default/pods", """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"probe"},"spec":{"containers":[{"name":"c","image":"IMAGE"}]}}"""),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_that_start_at_once_share_one_Secret_and_every_webhook_has_its_authority()
    {
        await AnsweredAsync();

        var shown = await Task.WhenAll(cluster.Verifiers.Select(verifier => ShownAsync(verifier.Address)));
        await Eventually.Async("all show the certificate in the Secret", async () =>
        {
            shown = await Task.WhenAll(cluster.Verifiers.Select(verifier => ShownAsync(verifier.Address)));
            var kept = X509Certificate2.CreateFromPem(await EntryAsync("tls\\.crt")).Thumbprint;
            return shown.All(thumbprint => thumbprint == kept);
        }, Cancellation, () => cluster.Output);
        (await cluster.KubectlAsync(Cancellation, "-n", "kritis", "get", CertificateCluster.Secret, "-o", "jsonpath={.type}")).Should().Be("kubernetes.io/tls");
        var bundles = await BundlesAsync();
        bundles.Should().HaveCount(8).And.OnlyContain(bundle => bundle.Length > 0);
        bundles.Distinct().Should().ContainSingle();
        cluster.Output.Should().NotContain("PRIVATE KEY");
    }

    [Fact]
    public async Task No_request_fails_before_during_and_after_renewals()
    {
        await AnsweredAsync();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var failures = new ConcurrentQueue<string>();
        var asking = Task.WhenAll(Kinds.Select(kind => AskAllTheTimeAsync(kind, failures, done.Token)));

        for (var renewal = 1; renewal <= 2; renewal++)
        {
            await RenewedAsync($"renewal {renewal}: the Secret is made again, and with another certificate",
                () => cluster.KubectlAsync(Cancellation, "-n", "kritis", "delete", CertificateCluster.Secret));
        }

        await done.CancelAsync();

        (await asking).Should().OnlyContain(answers => answers > 20, "requests ran all the time");
        failures.Should().BeEmpty(cluster.Output);
    }

    [Fact]
    public async Task A_webhook_configuration_that_is_applied_without_the_authority_is_put_right()
    {
        await AnsweredAsync();
        await cluster.KubectlAsync(Cancellation, "patch", CertificateCluster.Configuration, "--type=json", "--patch",
            $"[{string.Join(',', Enumerable.Range(0, 8).Select(place => $$"""{"op":"add","path":"/webhooks/{{place}}/clientConfig/caBundle","value":""}"""))}]");
        var before = await WithoutBundlesAsync();

        await Eventually.Async("every webhook has the authority again", async () => (await BundlesAsync()).All(bundle => bundle.Length > 0), Cancellation, () => cluster.Output);
        await AnsweredAsync();
        (await WithoutBundlesAsync()).Should().Be(before, "nothing else was changed");
    }

    private async Task RenewedAsync(string what, Func<Task> force)
    {
        var before = await ShownAsync(cluster.Verifiers[0].Address);
        await force();
        await Eventually.Async(what, async () =>
        {
            var shown = await Task.WhenAll(cluster.Verifiers.Select(verifier => ShownAsync(verifier.Address)));
            return shown.Distinct().Count() == 1 && shown[0] != before;
        }, Cancellation, () => cluster.Output, 2 * CertificateCluster.Lifetime);
    }

    private async Task<int> AskAllTheTimeAsync((string Path, string Manifest) kind, ConcurrentQueue<string> failures, CancellationToken done)
    {
        var answers = 0;
        while (!done.IsCancellationRequested)
        {
            foreach (var image in new[] { CertificateCluster.Exempt, Unsigned })
            {
                var (status, text) = await AskAsync(kind, image);
                answers++;
                if (!IsRight(image, status, text))
                {
                    failures.Enqueue($"{DateTimeOffset.UtcNow:O} {kind.Path} {image}: {status} {text}");
                }
            }
        }

        return answers;
    }

    private Task AnsweredAsync() => Eventually.Async("the API server is answered by every verifier", async () =>
    {
        foreach (var kind in Kinds)
        {
            var (status, text) = await AskAsync(kind, Unsigned);
            if (!IsRight(Unsigned, status, text))
            {
                return false;
            }
        }

        return true;
    }, Cancellation, () => cluster.Server.Log + cluster.Output);

    private async Task<(int Status, string Text)> AskAsync((string Path, string Manifest) kind, string image)
    {
        var template = """{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"IMAGE"}]}}""";
        var manifest = kind.Manifest.Replace("TEMPLATE", template, StringComparison.Ordinal).Replace("IMAGE", image, StringComparison.Ordinal);
        using var body = new StringContent(manifest, Encoding.UTF8, "application/json");
        using var answer = await cluster.Server.Http.PostAsync(new Uri($"{kind.Path}?dryRun=All", UriKind.Relative), body, Cancellation);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static bool IsRight(string image, int status, string text) => image == Unsigned
        ? text.Contains($"denied the request: image {Unsigned} is not attested", StringComparison.Ordinal)
        : status == 201;

    /// <summary>The certificate that a new connection is shown.</summary>
    private static async Task<string> ShownAsync(Uri address)
    {
        var shown = "";
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            shown = ((X509Certificate2)certificate!).Thumbprint;
            return shown.Length > 0;
        };
        using var http = new HttpClient(handler);
        _ = await http.GetStringAsync(new Uri(address, "/healthz"), Cancellation);
        return shown;
    }

    private async Task<string> EntryAsync(string name)
    {
        var encoded = await cluster.KubectlAsync(Cancellation, "-n", "kritis", "get", CertificateCluster.Secret, "-o", $"jsonpath={{.data.{name}}}");
        return Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
    }

    private async Task<string[]> BundlesAsync()
    {
        var configuration = await ConfigurationAsync();
        return [.. configuration.GetProperty("webhooks").EnumerateArray()
            .Select(webhook => webhook.GetProperty("clientConfig").TryGetProperty("caBundle", out var bundle) ? bundle.GetString()! : "")];
    }

    private async Task<string> WithoutBundlesAsync()
    {
        var webhooks = JsonNode.Parse((await ConfigurationAsync()).GetProperty("webhooks").GetRawText())!.AsArray();
        foreach (var webhook in webhooks)
        {
            _ = webhook!["clientConfig"]!.AsObject().Remove("caBundle");
        }

        return webhooks.ToJsonString();
    }

    private Task<JsonElement> ConfigurationAsync() => cluster.Server.Http.GetFromJsonAsync<JsonElement>(
        new Uri("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kritis-validation-hook", UriKind.Relative), Cancellation);
}
