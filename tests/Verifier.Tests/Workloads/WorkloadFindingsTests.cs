using k8s.Models;
using Kritis.Events.Verifier.Workloads;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Workloads;

public sealed class WorkloadFindingsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkloadFindings _findings;

    public WorkloadFindingsTests() => _findings = new WorkloadFindings(_time);

    [Fact]
    public void A_finding_is_told_once_and_again_after_a_day()
    {
        _findings.Take(Pod("web"), Finding("a"));
        Tell().Should().Be(1);
        _findings.Take(Pod("web"), Finding("a"));
        Tell().Should().Be(0);
        _time.Advance(TimeSpan.FromHours(23));
        Tell().Should().Be(0);
        _time.Advance(TimeSpan.FromHours(1));
        Tell().Should().Be(1);
        Tell().Should().Be(0);
    }

    [Fact]
    public void Another_finding_or_another_Pod_of_the_same_name_is_news()
    {
        _findings.Take(Pod("web"), Finding("a"));
        Tell().Should().Be(1);
        _findings.Take(Pod("web"), Finding("b"));
        Tell().Should().Be(1);
        _findings.Take(Pod("web", uid: "u2"), Finding("b"));
        Tell().Should().Be(1);
    }

    [Fact]
    public void A_violation_that_ended_is_forgotten_and_is_news_when_it_comes_back()
    {
        _findings.Take(Pod("web"), Finding("a"));
        Tell().Should().Be(1);
        _findings.Take(Pod("web"), null);
        _findings.IsEmpty.Should().BeTrue();
        _findings.Take(Pod("web"), Finding("a"));
        Tell().Should().Be(1);
    }

    [Fact]
    public void Counts_go_down_to_zero_and_say_so_once()
    {
        _findings.Take(Pod("web"), Finding("a", "p1", "p2"));
        _findings.Take(Pod("api"), Finding("a", "p1"));
        _findings.Counts.Should().BeEquivalentTo(new Dictionary<(string, string), int> { [("prod", "p1")] = 2, [("prod", "p2")] = 1 });

        _findings.Forget(new PodKey("prod", "web"));
        _findings.Counts.Should().BeEquivalentTo(new Dictionary<(string, string), int> { [("prod", "p1")] = 1, [("prod", "p2")] = 0 });
        _findings.Clear();
        _findings.Counts.Should().BeEquivalentTo(new Dictionary<(string, string), int> { [("prod", "p1")] = 0 });
        _findings.Counts.Should().BeEmpty();
    }

    [Fact]
    public void Beyond_a_number_of_pairs_the_rest_is_counted_together()
    {
        for (var number = 0; number < ViolationCounts.MostPairs + 30; number++)
        {
            _findings.Take(Pod("web", ns: $"ns-{number}"), Finding("a", "p"));
        }

        var counts = _findings.Counts;
        counts.Should().HaveCount(ViolationCounts.MostPairs + 1);
        counts[(ViolationCounts.Others, ViolationCounts.Others)].Should().Be(30);
        counts.Values.Sum().Should().Be(ViolationCounts.MostPairs + 30);

        _findings.Clear();
        _findings.Counts.Values.Should().OnlyContain(pods => pods == 0);
        _findings.Counts.Should().BeEmpty("every place is free again");
    }

    [Fact]
    public void An_agenda_names_no_more_Pods_than_it_may()
    {
        var agenda = new WorkloadAgenda();
        for (var number = 0; number <= WorkloadAgenda.MostPods; number++)
        {
            agenda.Add(new PodKey("prod", $"web-{number}"));
        }

        var (all, _, pods) = agenda.Take();
        all.Should().BeTrue("those it could not name are meant too");
        pods.Should().HaveCount(WorkloadAgenda.MostPods);
        agenda.Take().Pods.Should().BeEmpty();
    }

    /// <summary>Tells everything that is untold.</summary>
    private int Tell()
    {
        var untold = _findings.Untold();
        foreach (var found in untold)
        {
            found.ToldAt = _time.GetUtcNow();
        }

        return untold.Count;
    }

    private static RunningPod Pod(string name, string uid = "u1", string ns = "prod") =>
        new() { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ns, Uid = uid } };

    private static WorkloadFinding Finding(string fingerprint, params string[] policies) =>
        new() { DryRun = false, Policies = policies, Images = [], Fingerprint = fingerprint };
}
