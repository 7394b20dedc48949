using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>Pods that are there are checked again, by one of the replicas, and nothing is done to them.</summary>
[Collection<WatchedCluster>]
public class RunningWorkloadTests(WatchedCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G8_a_Pod_whose_image_is_revoked_is_told_once_on_the_Pod_on_the_bus_and_in_the_metrics()
    {
        await using var bus = await BusProbe.ConnectAsync(cluster.Installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.WorkloadViolated);
        var (first, second) = (await cluster.SignedAsync("revoked-first", Cancellation), await cluster.SignedAsync("revoked-second", Cancellation));
        await RunAsync("first", first);
        await RunAsync("second", second);

        await RevokeAsync(first);
        var told = await HearAsync(bus, "first");
        await RevokeAsync(second);
        _ = await HearAsync(bus, "second");

        bus.Heard.Count(heard => heard.Text("name") == "first").Should().Be(1, "of two replicas one tells, and once");
        (told.Text("cluster"), told.Text("namespace"), told.Text("kind")).Should().Be(("end-to-end", "default", "Pod"));
        told.Body!["policies"]!.AsArray().Select(policy => policy!.GetValue<string>()).Should().Equal("default-namespace");
        told.Body["images"]![0]!["explanation"]!.GetValue<string>().Should().Contain("revoked by 'release': it has a hole");
        told.Headers[CloudEvent.TypeHeader].Should().Be(MessageNames.WorkloadViolated);
        (await Schemas.ValidateAsync(bus.Heard, Cancellation)).Should().EndWith(", 0 wrong");
        await Eventually.Async("kubectl describe shows it", async () =>
            (await cluster.KubectlAsync(Cancellation, "describe", "pod", "first")).Contains("KritisPolicyViolation", StringComparison.Ordinal), Cancellation, Output);
        (await cluster.KubectlAsync(Cancellation, "get", "events", "--field-selector", "reason=KritisPolicyViolation,involvedObject.name=first", "-o", "jsonpath={range .items[*]}{.count}{end}"))
            .Should().Be("1");
        (await ViolationsAsync()).Should().Be(2);
        (await cluster.KubectlAsync(Cancellation, "get", "pod", "first", "second", "-o", "name")).Should().Be("pod/first\npod/second\n", "nothing is killed");

        await cluster.KubectlAsync(Cancellation, "delete", "pod", "first", "second", "--grace-period=0", "--force");
        await Eventually.Async("the violations have ended", async () => await ViolationsAsync() == 0, Cancellation, Output);
    }

    [Fact]
    public async Task When_the_replica_that_tells_ends_the_other_goes_on()
    {
        await using var bus = await BusProbe.ConnectAsync(cluster.Installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.WorkloadViolated);
        var image = await cluster.SignedAsync("handed-over", Cancellation);
        await RunAsync("handed-over", image);
        await Eventually.Async("a replica holds the lease", async () => await cluster.HolderAsync(Cancellation) != "", Cancellation, Output);
        var before = await cluster.HolderAsync(Cancellation);

        var ended = await cluster.EndLeaderAsync(Cancellation);
        await RevokeAsync(image);
        _ = await HearAsync(bus, "handed-over");

        (await cluster.HolderAsync(Cancellation)).Should().NotBe(before).And.NotBeEmpty();
        await cluster.StartAgainAsync(ended, Cancellation);
        await cluster.KubectlAsync(Cancellation, "delete", "pod", "handed-over", "--grace-period=0", "--force");
    }

    private Task<Heard> HearAsync(BusProbe bus, string pod) => bus.HearAsync(nameof(WorkloadViolated), heard => heard.Text("name") == pod, Cancellation);

    private async Task RunAsync(string name, string image) =>
        (await cluster.KubectlAsync(Cancellation, "run", name, $"--image={image}")).Trim().Should().Be($"pod/{name} created");

    private Task RevokeAsync(string image) =>
        KritisCommand.RunAsync(cluster.Installation, Cancellation, "revoke", image, "--witness", Installation.WitnessName, "--reason", "it has a hole");

    private Task<double> ViolationsAsync() => Metrics.SumAsync(cluster.Verifiers, "kritis_workload_violations", Cancellation, "namespace=\"default\"");

    private string Output() => string.Join('\n', cluster.Verifiers.Select(verifier => verifier.Output));
}
