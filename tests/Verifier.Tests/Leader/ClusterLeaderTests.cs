using System.Net;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Kritis.Events.Verifier.Leader;
using Kritis.Events.Verifier.Tests.Kubernetes;
using Kritis.Events.Verifier.Tests.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Leader;

public sealed class ClusterLeaderTests : IAsyncDisposable
{
    private const string Lease = "/apis/coordination.k8s.io/v1/namespaces/kritis-system/leases/kritis-verifier";
    private readonly ApiServerInMemory _api = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordedLog _log = new();
    private readonly List<ClusterLeader> _replicas = [];
    private readonly HashSet<string> _cutOff = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string? Holder => _api.Objects(Lease).SingleOrDefault()?["spec"]?["holderIdentity"]?.GetValue<string>();

    [Fact]
    public async Task One_replica_alone_leads_and_holds_on()
    {
        var only = await StartAsync("only");
        await _time.UntilAsync(() => only.IsLeader, "it leads");
        var term = await only.UntilLeadingAsync(Cancellation);

        for (var renewal = 0; renewal < 20; renewal++)
        {
            var before = _api.Count("PUT", Lease);
            _time.Advance(TimeSpan.FromSeconds(2));
            await Eventually.Holds(() => _api.Count("PUT", Lease) > before, "the lease is renewed");
        }

        await Eventually.Holds(() => only.IsLeader, "it leads still");
        term.IsCancellationRequested.Should().BeFalse("it is the same term");
        Holder.Should().Be("only");
    }

    [Fact]
    public async Task A_replica_that_ends_gives_the_lease_back_and_the_other_takes_over_without_waiting_for_it_to_run_out()
    {
        var first = await StartAsync("first");
        await _time.UntilAsync(() => first.IsLeader, "the first leads");
        var term = await first.UntilLeadingAsync(Cancellation);
        var looks = _api.Count("GET", Lease);
        var second = await StartAsync("second");
        await Eventually.Holds(() => _api.Count("GET", Lease) > looks, "the second has looked");

        await first.StopAsync(Cancellation);

        (first.IsLeader, term.IsCancellationRequested, Holder).Should().Be((false, true, ""));
        var stopped = _time.GetUtcNow();
        await _time.UntilAsync(() => second.IsLeader, "the second leads");
        (_time.GetUtcNow() - stopped).Should().BeLessThan(LeaderLease.Duration);
        _api.Objects(Lease).Single()["spec"]!["leaseTransitions"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task A_replica_that_is_cut_off_gives_up_before_the_other_takes_over()
    {
        var first = await StartAsync("first");
        await _time.UntilAsync(() => first.IsLeader, "the first leads");
        var second = await StartAsync("second");
        await _time.UntilAsync(() => _api.Count("GET", Lease) > 4, "the second has looked");
        var (both, none) = (false, false);

        CutOff("first");
        await _time.UntilAsync(() =>
        {
            var (one, other) = (first.IsLeader, second.IsLeader);
            both |= one && other;
            none |= !one && !other;
            return other;
        }, "the second leads");

        both.Should().BeFalse();
        none.Should().BeTrue("a lease that may still be held is nobody's");
        first.ExecuteTask!.IsCompleted.Should().BeFalse("it goes on trying");
    }

    [Fact]
    public async Task While_the_API_server_is_away_nobody_leads_and_afterwards_somebody_does()
    {
        var only = await StartAsync("only");
        await _time.UntilAsync(() => only.IsLeader, "it leads");
        var term = await only.UntilLeadingAsync(Cancellation);

        _api.IsAway = true;
        await _time.UntilAsync(() => !only.IsLeader, "it leads no more");
        await _time.PassAsync(TimeSpan.FromMinutes(2));
        only.IsLeader.Should().BeFalse();
        term.IsCancellationRequested.Should().BeTrue();
        var waiting = only.UntilLeadingAsync(Cancellation);
        waiting.IsCompleted.Should().BeFalse();
        _api.IsAway = false;

        await _time.UntilAsync(() => only.IsLeader, "it leads again");
        (await waiting).IsCancellationRequested.Should().BeFalse();
        var told = _log.Lines.Where(line => line.StartsWith("Warning")).Should().ContainSingle("an outage is told once").Subject;
        told.Should().Contain("cannot be reached").And.NotContain("\n");
    }

    [Fact]
    public async Task An_API_server_that_never_answers_holds_nobody_up()
    {
        var only = await StartAsync("only");
        await _time.UntilAsync(() => only.IsLeader, "it leads");

        _api.IsSilent = true;
        await _time.UntilAsync(() => !only.IsLeader, "it leads no more");
        _api.IsSilent = false;

        await _time.UntilAsync(() => only.IsLeader, "it leads again");
    }

    [Fact]
    public async Task Without_the_right_to_the_lease_nobody_leads_and_it_is_said_once_which_right_is_missing()
    {
        _api.Refusal = _ => HttpStatusCode.Forbidden;
        var only = await StartAsync("only");

        await _time.UntilAsync(() => _api.Requests.Count > 10, "it has tried often");

        only.IsLeader.Should().BeFalse();
        only.ExecuteTask!.IsCompleted.Should().BeFalse();
        _log.Lines.Where(line => line.StartsWith("Warning")).Should().ContainSingle().Which.Should().Contain(@"answers 403: refused by\u000athe test");
    }

    [Fact]
    public async Task Of_two_that_find_the_lease_free_at_once_one_leads()
    {
        var replicas = new[] { await StartAsync("a"), await StartAsync("b"), await StartAsync("c") };

        await _time.UntilAsync(() => replicas.Any(replica => replica.IsLeader), "one leads");
        await _time.PassAsync(TimeSpan.FromSeconds(5));

        replicas.Count(replica => replica.IsLeader).Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Two_replicas_on_one_machine_are_two() => LeaderIdentity.New().Should().NotBe(LeaderIdentity.New());

    public async ValueTask DisposeAsync()
    {
        _api.IsSilent = false;
        foreach (var replica in _replicas)
        {
            await replica.StopAsync(CancellationToken.None);
            replica.Dispose();
        }
    }

    private void CutOff(string name)
    {
        lock (_cutOff)
        {
            _ = _cutOff.Add(name);
        }
    }

    private bool IsCutOff(string name)
    {
        lock (_cutOff)
        {
            return _cutOff.Contains(name);
        }
    }

    private async Task<ClusterLeader> StartAsync(string name)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));
        var replica = new ClusterLeader(
            _api.Client(() => IsCutOff(name)), new KubernetesOptions { Enabled = true, Namespace = "kritis-system" },
            new LeaderIdentity(name), _time, loggers.CreateLogger<ClusterLeader>());
        _replicas.Add(replica);
        await replica.StartAsync(Cancellation);
        return replica;
    }
}
