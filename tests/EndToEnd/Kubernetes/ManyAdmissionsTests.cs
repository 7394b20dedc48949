using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>Ten thousand admissions through the API server, while policies and the webhook's certificate change.</summary>
[Collection<ClusterInstallation>]
public class ManyAdmissionsTests(ClusterInstallation cluster)
{
    private const int Admissions = 10_000;
    private const int AtOnce = 16;
    private const string Bad = "alpine:3.11";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G3_ten_thousand_admissions_none_fails_and_none_is_decided_by_half_of_the_policies()
    {
        var ns = await cluster.NamespaceAsync(Cancellation);
        var good = await cluster.SignedAsync("many", Cancellation);
        var certificate = await CertificateAsync();
        var done = 0;
        var changes = 0;
        var problems = new global::System.Collections.Concurrent.ConcurrentQueue<string>();

        await Parallel.ForAsync(0, Admissions, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation }, async (number, cancelled) =>
        {
            // A policy that asks for the same again comes and goes: whatever of it is in force, the answers are the same.
            if (number % 500 == 250)
            {
                await cluster.ApplyAsync(SecondPolicy(ns, Interlocked.Increment(ref changes) % 2 == 1 ? "[release]" : "[release, release-of-nobody]"), cancelled);
            }

            var isGood = number % 2 == 0;
            var (status, text) = await CreateAsync(ns, isGood ? good : Bad, cancelled);
            var isRight = isGood ? status == HttpStatusCode.Created : status == HttpStatusCode.Forbidden && text.Contains($"image {Bad} is not attested", StringComparison.Ordinal);
            if (!isRight)
            {
                problems.Enqueue($"{number}: {(int)status} {text}");
            }

            _ = Interlocked.Increment(ref done);
        });

        problems.Should().BeEmpty();
        done.Should().Be(Admissions);
        changes.Should().Be(Admissions / 500);
        await Eventually.Async("the certificate was renewed", async () => await CertificateAsync() != certificate, Cancellation);
        (await CreateAsync(ns, good, Cancellation)).Status.Should().Be(HttpStatusCode.Created);
        await cluster.KubectlAsync(Cancellation, "delete", "securitypolicy", $"second-{ns}");
    }

    private static string SecondPolicy(string ns, string witnesses) => $$"""
        apiVersion: kritis.events/v1alpha1
        kind: SecurityPolicy
        metadata: { name: second-{{ns}} }
        spec: { namespaces: ["{{ns}}"], require: { atLeast: 1, of: {{witnesses}} } }
        """;

    /// <summary>As <c>kubectl run --dry-run=server</c>: every webhook is asked, and nothing is kept.</summary>
    private async Task<(HttpStatusCode Status, string Text)> CreateAsync(string ns, string image, CancellationToken cancellationToken)
    {
        var pod = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["generateName"] = "many-" },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = image }) },
        };
        using var answer = await cluster.Server.Http.PostAsJsonAsync(new Uri($"/api/v1/namespaces/{ns}/pods?dryRun=All", UriKind.Relative), pod, cancellationToken);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    private async Task<string> CertificateAsync() =>
        await cluster.KubectlAsync(Cancellation, "-n", ShippedManifests.Namespace, "get", "secret", "kritis-verifier-tls", "-o", "jsonpath={.data.tls\\.crt}");
}
