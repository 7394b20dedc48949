using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Verifier.Tests.Kubernetes;
using Kritis.Events.Verifier.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Workloads;

public sealed class WorkloadValidationTests : IAsyncDisposable
{
    private const string Pods = "/api/v1/pods";
    private const string Other = $"{Given.Host}/kritis-demo/other@sha256:{Given.Hex}";
    private readonly ApiServerInMemory _api = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly SigningWitness _release = new("release");
    private readonly FixedResources _resources;
    private readonly List<WorkloadHost> _hosts = [];
    private readonly Dictionary<WorkloadHost, Measured> _measured = [];

    public WorkloadValidationTests()
    {
        _resources = new FixedResources(Given.Resources(Given.Policy()).With(_release.Witness));
        foreach (var ns in new[] { "default", "free" })
        {
            _api.Put("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } });
        }
    }

    private IReadOnlyList<JsonObject> PodEvents => _api.Events("default");

    [Fact]
    public async Task A_revocation_makes_a_running_Pod_a_violation_that_is_told_once()
    {
        _api.Put(Pods, WorkloadHost.Pod("good", Given.Alpine));
        _api.Put(Pods, WorkloadHost.Pod("other", Other));
        var host = await StartAsync();
        await ChecksAsync(host, 2, "both are checked");
        host.Bus.Of<WorkloadViolated>().Should().BeEmpty();

        _release.Revoke(host.Index, Given.Alpine, "CVE-2026-1\nall is well");
        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 1, "it is told on the bus");
        await _time.UntilAsync(() => PodEvents.Count == 1, "it is told on the Pod");

        var told = host.Bus.Of<WorkloadViolated>().Single();
        (told.Cluster, told.Namespace, told.Kind, told.Name, told.Uid, told.DryRun).Should().Be(("default", "default", "Pod", "good", "uid-good", false));
        told.Policies.Should().Equal("default-namespace");
        told.Images.Should().ContainSingle().Which.Should().Match<ImageDecision>(image => image.Image == Given.Alpine && !image.Attested
            && image.Explanation.Contains(@"revoked by 'release': CVE-2026-1\u000aall is well"));
        var shown = PodEvents.Single();
        shown["reason"]!.GetValue<string>().Should().Be("KritisPolicyViolation");
        (shown["involvedObject"]!["name"]!.GetValue<string>(), shown["involvedObject"]!["uid"]!.GetValue<string>()).Should().Be(("good", "uid-good"));
        shown["message"]!.GetValue<string>().Should().StartWith($"image {Given.Alpine} is not attested (policy default-namespace: revoked by").And.NotContain("\n");
        Gauge(host).Should().Equal(("default", "default-namespace", 1));
        _api.Objects(Pods).Should().HaveCount(2, "nothing is done to a Pod");
        _api.Requests.Should().NotContain(request => !request.StartsWith("GET ") && request.Contains("/pods"));

        for (var round = 0; round < 3; round++)
        {
            var checks = Checks(host);
            _time.Advance(TimeSpan.FromMinutes(10));
            await ChecksAsync(host, checks + 2, "the schedule comes round");
        }

        host.Bus.Of<WorkloadViolated>().Should().HaveCount(1);
        PodEvents.Should().ContainSingle().Which["count"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task It_is_told_again_after_a_day_and_forgotten_when_it_ends()
    {
        _api.Put(Pods, WorkloadHost.Pod("bad", "evil:1"));
        var host = await StartAsync();
        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 1, "it is told");

        Gauge(host).Should().Equal(("default", "default-namespace", 1));
        _time.Advance(TimeSpan.FromDays(1));
        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 2, "it is told again");
        _api.Delete(Pods, "default", "bad");
        await _time.UntilAsync(() => host.Findings.IsEmpty, "it is forgotten");

        host.Bus.Of<WorkloadViolated>().Select(told => told.Id).Should().OnlyHaveUniqueItems("another day is another event");
        Gauge(host).Should().Equal(("default", "default-namespace", 0));
    }

    [Fact]
    public async Task A_policy_change_is_followed_by_a_check_of_all_Pods()
    {
        _api.Put(Pods, InNamespace("free", WorkloadHost.Pod("bad", "evil:1")));
        var host = await StartAsync();
        await ChecksAsync(host, 1, "it is checked");
        host.Findings.IsEmpty.Should().BeTrue("no policy selects the namespace");

        _resources.Swap(Given.Resources(Given.Policy("everywhere") with { Namespaces = ["*"] }).With(_release.Witness));
        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 1, "it is a violation");
        host.Bus.Of<WorkloadViolated>().Single().Policies.Should().Equal("everywhere");

        _resources.Swap(Given.Resources(Given.Policy()).With(_release.Witness));
        await _time.UntilAsync(() => host.Findings.IsEmpty, "it is none any more");
    }

    [Fact]
    public async Task A_revoked_key_makes_what_it_signed_a_violation_and_a_retired_one_does_not()
    {
        _api.Put(Pods, WorkloadHost.Pod("good", Given.Alpine));
        var host = await StartAsync();
        await ChecksAsync(host, 1, "it is checked");

        _resources.Swap(Given.Resources(Given.Policy()).With(_release.Witness.InState(KeyState.Retired)));
        await ChecksAsync(host, 2, "it is checked again");
        host.Findings.IsEmpty.Should().BeTrue();
        _resources.Swap(Given.Resources(Given.Policy()).With(_release.Witness.InState(KeyState.Revoked)));

        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 1, "it is a violation");
        host.Bus.Of<WorkloadViolated>().Single().Images[0].Explanation.Should().Contain("signed by a key of 'release' that is revoked");
    }

    [Fact]
    public async Task A_violation_of_a_policy_in_dry_run_is_told_as_one()
    {
        _resources.Swap(Given.Resources(Given.Policy() with { Enforcement = Enforcement.DryRun }).With(_release.Witness));
        _api.Put(Pods, WorkloadHost.Pod("bad", "evil:1"));
        var host = await StartAsync();

        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 1 && PodEvents.Count == 1, "it is told");

        host.Bus.Of<WorkloadViolated>().Single().DryRun.Should().BeTrue();
        PodEvents.Single()["message"]!.GetValue<string>().Should().StartWith("dry run: image evil:1 is not attested");
    }

    [Fact]
    public async Task An_attestation_that_comes_later_ends_a_violation_before_the_schedule_does()
    {
        _api.Put(Pods, WorkloadHost.Pod("early", Other));
        var host = await StartAsync(attest: []);
        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 1, "it is told");
        var found = _time.GetUtcNow();

        _release.Attest(host.Index, Other);
        await _time.UntilAsync(() => host.Findings.IsEmpty, "it has ended");

        (_time.GetUtcNow() - found).Should().BeLessThan(TimeSpan.FromMinutes(9));
    }

    [Fact]
    public async Task A_Pod_that_appears_is_checked_and_one_that_has_ended_is_let_go()
    {
        var host = await StartAsync();
        await _time.UntilAsync(() => host.Leader.IsLeader && _api.Count("GET", Pods) > 1, "Pods are watched");

        _api.Put(Pods, WorkloadHost.Pod("late", "evil:1"));
        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Any(told => told.Name == "late"), "it is told");
        var ended = WorkloadHost.Pod("late", "evil:1");
        ended["status"]!["phase"] = "Succeeded";
        _api.Put(Pods, ended);

        await _time.UntilAsync(() => host.Findings.IsEmpty && host.Pods.Count == 0, "it is let go");
    }

    [Fact]
    public async Task A_Pod_whose_images_cannot_be_read_is_a_violation()
    {
        var strange = WorkloadHost.Pod("strange");
        _api.Put(Pods, strange);
        var host = await StartAsync();

        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 1, "it is told");

        host.Bus.Of<WorkloadViolated>().Single().Reason.Should().Contain("cannot be read");
        host.Bus.Of<WorkloadViolated>().Single().Policies.Should().Equal("default-namespace");
    }

    [Fact]
    public async Task Nothing_is_said_before_the_log_is_read()
    {
        _api.Put(Pods, WorkloadHost.Pod("good", Given.Alpine));
        var host = await StartAsync(attest: [], prepare: starting => starting.KnowsEnough = false);
        await _time.UntilAsync(() => host.Pods.Count == 1, "Pods are followed");
        await _time.PassAsync(TimeSpan.FromSeconds(30));
        Checks(host).Should().Be(0);

        _release.Attest(host.Index, Given.Alpine);
        host.KnowsEnough = true;
        await ChecksAsync(host, 1, "it is checked");

        host.Findings.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public async Task A_namespace_whose_labels_are_not_known_yet_is_no_violation()
    {
        var selector = new LabelSelector([new LabelRequirement("tier", LabelOperator.In, ["prod"])]);
        _resources.Swap(Given.Resources(Given.Policy() with { Namespaces = ["*"], NamespaceSelector = selector }).With(_release.Witness));
        _api.Put(Pods, InNamespace("new", WorkloadHost.Pod("bad", "evil:1")));
        var host = await StartAsync();
        await _time.UntilAsync(() => Measured(host).Sum("kritis_workload_checks", "undecided") > 0, "it was looked at");
        host.Findings.IsEmpty.Should().BeTrue();

        _api.Put("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "new", ["labels"] = new JsonObject { ["tier"] = "prod" } } });

        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 1, "now that they are, it is one");
    }

    [Fact]
    public async Task What_the_bus_did_not_take_is_told_later_and_its_Event_only_once()
    {
        _api.Put(Pods, WorkloadHost.Pod("bad", "evil:1"));
        var host = await StartAsync(prepare: starting => starting.Bus.IsAway = true);
        await _time.UntilAsync(() => PodEvents.Count == 1, "the Event does not wait for the bus");
        await _time.PassAsync(TimeSpan.FromMinutes(2));

        host.Bus.IsAway = false;
        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 1, "it is told");

        PodEvents.Should().ContainSingle().Which["count"]!.GetValue<int>().Should().Be(1);
        host.Log.Lines.Count(line => line.Contains("do not reach the bus")).Should().Be(1);
    }

    [Fact]
    public async Task Of_two_replicas_one_tells_and_the_other_takes_over_when_it_is_gone()
    {
        _api.Put(Pods, WorkloadHost.Pod("bad", "evil:1"));
        var first = await StartAsync();
        await _time.UntilAsync(() => first.Bus.Of<WorkloadViolated>().Count == 1, "the first tells");
        var second = await StartAsync();
        await _time.PassAsync(TimeSpan.FromMinutes(1));
        (second.Bus.Of<WorkloadViolated>().Count, second.Pods.Count).Should().Be((0, 0), "it does not even follow Pods");

        await first.Leader.StopAsync(TestContext.Current.CancellationToken);
        await _time.UntilAsync(() => second.Bus.Of<WorkloadViolated>().Count == 1, "the second tells");
        await _time.UntilAsync(() => first.Pods.Count == 0 && first.Findings.IsEmpty, "the first has let go of everything");

        second.Bus.Of<WorkloadViolated>().Single().Id.Should().Be(first.Bus.Of<WorkloadViolated>().Single().Id, "a subscriber can tell that it is the same");
    }

    [Fact]
    public async Task Ten_thousand_Pods_are_followed_and_checked_and_no_admission_is_counted()
    {
        for (var number = 0; number < 10_000; number++)
        {
            var pod = WorkloadHost.Pod($"web-{number}", number % 1000 == 0 ? $"evil:{number}" : Given.Alpine);
            pod["metadata"]!["annotations"] = new JsonObject { ["notes"] = new string('n', 200) };
            _api.Put(Pods, pod);
        }

        var host = await StartAsync();
        await _time.UntilAsync(() => host.Bus.Of<WorkloadViolated>().Count == 10, "the ten are told");

        host.Pods.Count.Should().Be(10_000);
        await _time.UntilAsync(() => Checks(host) >= 10_000, "all are checked");
        Measured(host).Sum("kritis_admissions").Should().Be(0);
        host.Bus.Of<AdmissionDecided>().Should().BeEmpty();
        _api.Events("kube-system").Should().BeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            _measured[host].Dispose();
            await host.DisposeAsync();
        }

        _release.Dispose();
    }

    private async Task<WorkloadHost> StartAsync(string[]? attest = null, Action<WorkloadHost>? prepare = null)
    {
        var host = await WorkloadHost.StartAsync(_api, _time, _resources, starting =>
        {
            _measured[starting] = new Measured(starting.Services.GetRequiredService<IMeterFactory>());
            foreach (var image in attest ?? [Given.Alpine, Other])
            {
                _release.Attest(starting.Index, image);
            }

            prepare?.Invoke(starting);
        });
        _hosts.Add(host);
        return host;
    }

    private Measured Measured(WorkloadHost host) => _measured[host];

    private double Checks(WorkloadHost host) => _measured[host].Sum("kritis_workload_checks");

    private Task ChecksAsync(WorkloadHost host, double checks, string what) => _time.UntilAsync(() => Checks(host) >= checks, what);

    private static (string, string, int)[] Gauge(WorkloadHost host)
    {
        var told = new List<(string, string, int)>();
        using var listener = new MeterListener();
        var owner = host.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Name == "kritis_workload_violations" && ReferenceEquals(instrument.Meter.Scope, owner))
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => told.Add(((string)tags[0].Value!, (string)tags[1].Value!, value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. told];
    }

    private static JsonObject InNamespace(string ns, JsonObject pod)
    {
        pod["metadata"]!["namespace"] = ns;
        return pod;
    }
}
