using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>Events as kubectl shows them.</summary>
[Collection<WatchedCluster>]
public class ClusterEventTests(WatchedCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_deployment_leaves_FailedKritisAdmission_in_kube_system()
    {
        await RefuseAsync("default", "not-sign", "alpine:3.11");

        await ShownAsync("FailedKritisAdmission", "deployment/not-sign", "image alpine:3.11 is not attested (policy default-namespace): Deployment default/not-sign");

        var (source, type) = (await FieldAsync("not-sign", "{.source.component}"), await FieldAsync("not-sign", "{.type}"));
        (source, type).Should().Be(("kritis-validation-hook", "Warning"));
        (await FieldAsync("not-sign", "{.involvedObject.namespace}")).Should().Be("default");
    }

    [Fact]
    public async Task A_policy_in_dry_run_leaves_DryRunKritisAdmission_and_lets_the_deployment_in()
    {
        await cluster.KubectlAsync(Cancellation, "-n", "trial", "create", "deployment", "tried", "--image=alpine:3.11");

        await ShownAsync("DryRunKritisAdmission", "deployment/tried", "dry run: image alpine:3.11 is not attested (policy trial): Deployment trial/tried");
    }

    [Fact]
    public async Task Ten_refusals_of_one_object_are_one_Event_that_counts_them()
    {
        for (var number = 0; number < 10; number++)
        {
            await RefuseAsync("default", "ten-times", "alpine:3.11");
        }

        await Eventually.Async("one Event counts ten", async () => await FieldAsync("ten-times", "{.count}") == "10", Cancellation, () => cluster.Verifiers[0].Output);
    }

    [Fact]
    public async Task What_is_only_tried_with_dry_run_at_the_server_leaves_no_Event()
    {
        var tried = await cluster.Server.KubectlAsync(Cancellation, "create", "deployment", "only-tried", "--image=alpine:3.11", "--dry-run=server");
        tried.Error.Should().Contain("image alpine:3.11 is not attested");
        await RefuseAsync("default", "tried-in-earnest", "alpine:3.11");

        await ShownAsync("FailedKritisAdmission", "deployment/tried-in-earnest", "is not attested");

        (await FieldAsync("only-tried", "{.count}")).Should().BeEmpty();
    }

    [Fact]
    public async Task While_the_API_server_is_dead_the_verifier_answers_and_afterwards_events_go_on()
    {
        var signed = await cluster.SignedAsync("dead-server", Cancellation);
        await cluster.Server.KillAsync();
        try
        {
            for (var number = 0; number < 20; number++)
            {
                foreach (var verifier in cluster.Verifiers)
                {
                    (await Review.AdmitsAsync(verifier, signed, Cancellation)).Should().BeTrue();
                    (await Review.AdmitsAsync(verifier, "alpine:3.11", Cancellation)).Should().BeFalse();
                }
            }

            foreach (var verifier in cluster.Verifiers)
            {
                (await verifier.ReadinessAsync(Cancellation)).Should().Be("ready");
            }

            await Eventually.Async("both verifiers have tried more than once to tell it", async () =>
                (await Task.WhenAll(cluster.Verifiers.Select(verifier => Metrics.SumAsync([verifier], "kritis_cluster_events_total", Cancellation, "outcome=\"failed\"")))).Min() >= 4, Cancellation);
        }
        finally
        {
            await cluster.Server.RestartAsync(Cancellation);
        }

        await RefuseAsync("default", "after-the-outage", "alpine:3.11");
        await ShownAsync("FailedKritisAdmission", "deployment/after-the-outage", "is not attested");
        await ShownAsync("FailedKritisAdmission", "pod/probe", "image alpine:3.11 is not attested");
    }

    private async Task RefuseAsync(string ns, string name, string image)
    {
        var refused = await cluster.Server.KubectlAsync(Cancellation, "-n", ns, "create", "deployment", name, $"--image={image}");
        refused.Error.Should().Contain($"denied the request: image {image} is not attested");
    }

    private Task ShownAsync(string reason, string subject, string message) => Eventually.Async($"{reason} of {subject} is shown", async () =>
        (await cluster.KubectlAsync(Cancellation, "-n", "kube-system", "get", "events", "--field-selector", $"reason={reason}"))
            .Split('\n').Any(line => line.Contains(subject, StringComparison.Ordinal) && line.Contains(message, StringComparison.Ordinal)),
        Cancellation, () => string.Join('\n', cluster.Verifiers.Select(verifier => verifier.Output)));

    /// <summary>A member of every Event about an object of this name, one behind the other.</summary>
    private Task<string> FieldAsync(string name, string path) => cluster.KubectlAsync(
        Cancellation, "-n", "kube-system", "get", "events", "--field-selector", $"involvedObject.name={name}", "-o", $"jsonpath={{range .items[*]}}{path}{{end}}");
}
