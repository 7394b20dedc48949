using System.Diagnostics.Metrics;
using System.Net;
using Kritis.Events.Verifier.Events;
using Kritis.Events.Verifier.Tests.Kubernetes;
using Kritis.Events.Verifier.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Events;

public sealed class ClusterEventsTests : IAsyncDisposable
{
    private readonly ApiServerInMemory _api = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordedLog _log = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Measured _measured;
    private readonly ClusterEvents _events;

    public ClusterEventsTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _measured = new Measured(meters);
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));
        _events = new ClusterEvents(
            new EventWriter(_api.Client(), _time), EventLimits.Admissions, new EventMetrics(meters), _time, loggers.CreateLogger<ClusterEvents>());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_notice_is_an_Event_that_names_the_object_in_its_own_namespace_and_has_what_an_API_server_asks_for_then()
    {
        await _events.StartAsync(Cancellation);

        _events.Tell(Notice("not-sign"));
        await Eventually.Holds(() => _api.Events("kube-system").Count == 1, "the Event is there");

        var told = _api.Events("kube-system").Single();
        told["reason"]!.GetValue<string>().Should().Be("FailedKritisAdmission");
        told["type"]!.GetValue<string>().Should().Be("Warning");
        told["message"]!.GetValue<string>().Should().Be("image alpine:3.11 is not attested: Deployment default/not-sign");
        told["source"]!["component"]!.GetValue<string>().Should().Be("kritis-validation-hook");
        var subject = told["involvedObject"]!;
        (subject["kind"]!.GetValue<string>(), subject["namespace"]!.GetValue<string>(), subject["name"]!.GetValue<string>())
            .Should().Be(("Deployment", "default", "not-sign"));
        told["eventTime"]!.GetValue<string>().Should().Be("2026-11-24T12:00:00.000001Z", "a MicroTime has a fraction");
        foreach (var needed in new[] { "reportingComponent", "reportingInstance", "action" })
        {
            told[needed]!.GetValue<string>().Should().NotBeEmpty();
        }
    }

    [Fact]
    public async Task The_same_again_is_counted_in_the_one_Event()
    {
        await _events.StartAsync(Cancellation);
        for (var number = 0; number < 10; number++)
        {
            _events.Tell(Notice("not-sign"));
            _time.Advance(TimeSpan.FromSeconds(30));
            await Eventually.Holds(() => Counts().SequenceEqual([number + 1]), $"it is told {number + 1} times");
        }

        var told = _api.Events("kube-system").Single();
        told["firstTimestamp"]!.GetValue<string>().Should().StartWith("2026-11-24T12:00:00");
        told["lastTimestamp"]!.GetValue<string>().Should().StartWith("2026-11-24T12:04:30");
        _measured.Sum("kritis_cluster_events", "created").Should().Be(1);
        _measured.Sum("kritis_cluster_events", "updated").Should().Be(9);
    }

    [Theory]
    [InlineData("FailedKritisAdmission", "other", "image alpine:3.11 is not attested")]
    [InlineData("FailedKritisAdmission", "not-sign", "image alpine:3.12 is not attested")]
    [InlineData("DryRunKritisAdmission", "not-sign", "image alpine:3.11 is not attested")]
    public async Task Another_object_message_or_reason_is_another_Event(string reason, string name, string happened)
    {
        await _events.StartAsync(Cancellation);

        _events.Tell(Notice("not-sign"));
        _events.Tell(Notice(name, happened, reason));

        await Eventually.Holds(() => Counts().SequenceEqual([1, 1]), "there are two");
    }

    [Fact]
    public async Task The_same_after_ten_minutes_is_another_Event()
    {
        await _events.StartAsync(Cancellation);
        _events.Tell(Notice("not-sign"));
        await Eventually.Holds(() => Counts().SequenceEqual([1]), "it is told");

        _time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        _events.Tell(Notice("not-sign"));

        await Eventually.Holds(() => Counts().SequenceEqual([1, 1]), "there are two");
    }

    [Fact]
    public async Task An_Event_that_the_cluster_has_let_go_is_made_again_with_its_count()
    {
        await _events.StartAsync(Cancellation);
        _events.Tell(Notice("not-sign"));
        await Eventually.Holds(() => Counts().SequenceEqual([1]), "it is told");

        _api.Forget("/api/v1/namespaces/kube-system/events/");
        _events.Tell(Notice("not-sign"));

        await Eventually.Holds(() => Counts().SequenceEqual([2]), "it is there again");
    }

    [Fact]
    public async Task No_more_is_told_than_the_rate_allows_and_what_happens_again_meanwhile_is_counted()
    {
        await _events.StartAsync(Cancellation);
        foreach (var number in Enumerable.Range(0, 60))
        {
            _events.Tell(Notice($"app-{number}"));
        }

        await Eventually.Holds(() => _api.Events("kube-system").Count == EventLimits.Admissions.Burst, "the burst is told");
        for (var again = 0; again < 1000; again++)
        {
            _events.Tell(Notice("app-59"));
        }

        _api.Events("kube-system").Should().HaveCount(EventLimits.Admissions.Burst, "no time has passed");
        await _time.UntilAsync(() => _api.Events("kube-system").Count == 60, "the rest is told later");
        Counts().Max().Should().Be(1001);
        _api.Requests.Should().HaveCount(60);
        _measured.Sum("kritis_cluster_events", "dropped").Should().Be(0);
    }

    [Fact]
    public async Task What_waits_is_bounded_while_the_API_server_is_away_and_the_oldest_is_dropped_and_counted()
    {
        _api.IsAway = true;
        await _events.StartAsync(Cancellation);
        for (var number = 0; number < 3 * EventLimits.Admissions.MostWaiting; number++)
        {
            _events.Tell(Notice($"app-{number}"));
        }

        _measured.Sum("kritis_cluster_events", "dropped").Should().BeInRange((2 * EventLimits.Admissions.MostWaiting) - 2, 2 * EventLimits.Admissions.MostWaiting);
        await Eventually.Holds(() => _measured.Sum("kritis_cluster_events", "failed") > 0, "it was tried");
        _api.IsAway = false;

        await _time.UntilAsync(() => _api.Events("kube-system").Count >= EventLimits.Admissions.MostWaiting - 1, "what waited is told afterwards");
        _api.Events("kube-system").Select(told => told["involvedObject"]!["name"]!.GetValue<string>()).Should().Contain("app-2999").And.NotContain("app-1000");
        _log.Lines.Where(line => line.StartsWith("Warning")).Should().ContainSingle("an outage is told once").Which.Should().Contain("cannot be reached");
        await Eventually.Holds(() => _log.Lines.Any(line => line.StartsWith("Information: Events can be written")), "and so is its end");
    }

    [Fact]
    public async Task A_right_that_is_missing_for_a_moment_costs_no_Event()
    {
        _api.Refusal = _ => HttpStatusCode.Forbidden;
        await _events.StartAsync(Cancellation);
        _events.Tell(Notice("not-sign"));
        await Eventually.Holds(() => _measured.Sum("kritis_cluster_events", "failed") == 1, "it is refused");

        _api.Refusal = _ => null;

        await _time.UntilAsync(() => Counts().SequenceEqual([1]), "an API server that has just started has read its roles now");
    }

    [Fact]
    public async Task An_API_server_that_was_away_for_long_may_still_take_its_time_to_read_the_roles()
    {
        _api.IsAway = true;
        await _events.StartAsync(Cancellation);
        _events.Tell(Notice("not-sign"));
        await _time.UntilAsync(() => _measured.Sum("kritis_cluster_events", "failed") == 20, "it is away for more than a minute");

        (_api.Refusal, _api.IsAway) = (_ => HttpStatusCode.Forbidden, false);
        await _time.UntilAsync(() => _measured.Sum("kritis_cluster_events", "failed") == 25, "it is there and has not read its roles yet");
        _api.Refusal = _ => null;

        await _time.UntilAsync(() => Counts().SequenceEqual([1]), "what happened while it was away is told");
        _measured.Sum("kritis_cluster_events", "refused").Should().Be(0);
    }

    [Fact]
    public async Task A_right_that_stays_missing_is_told_once_and_the_Event_given_up_after_a_minute()
    {
        _api.Refusal = _ => HttpStatusCode.Forbidden;
        await _events.StartAsync(Cancellation);
        _events.Tell(Notice("not-sign"));

        await _time.UntilAsync(() => _measured.Sum("kritis_cluster_events", "refused") == 1, "it is given up");

        _api.Requests.Should().HaveCountGreaterThan(3, "a server that starts has longer than that");
        _log.Lines.Should().ContainSingle(line => line.StartsWith("Warning")).Which.Should().Contain("403");
    }

    [Fact]
    public async Task What_an_API_server_will_never_take_is_not_asked_again()
    {
        _api.Refusal = _ => HttpStatusCode.UnprocessableEntity;
        await _events.StartAsync(Cancellation);

        foreach (var number in Enumerable.Range(0, 5))
        {
            _events.Tell(Notice($"app-{number}"));
        }

        await Eventually.Holds(() => _measured.Sum("kritis_cluster_events", "refused") == 5, "all five are refused");
        _api.Requests.Should().HaveCount(5);
        _log.Lines.Should().ContainSingle(line => line.StartsWith("Warning")).Which.Should().Contain("422");
        _api.Refusal = _ => null;
        _events.Tell(Notice("app-0"));
        await Eventually.Holds(() => Counts().SequenceEqual([1]), "the same is told as news");
    }

    [Fact]
    public void What_is_remembered_is_bounded_however_much_happens()
    {
        var dropped = 0;
        var ledger = new EventLedger(EventLimits.Admissions, _time, () => dropped++);
        for (var number = 0; number < 10_000; number++)
        {
            ledger.Take(Notice($"app-{number}"));
            if (ledger.TryNext(out var next))
            {
                ledger.Written(next);
            }
        }

        ledger.Known.Should().Be(EventLimits.Admissions.MostKnown);
        dropped.Should().Be(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _events.StopAsync(CancellationToken.None);
        _events.Dispose();
        _measured.Dispose();
        await _services.DisposeAsync();
    }

    private int[] Counts() => [.. _api.Events("kube-system").Select(told => told["count"]!.GetValue<int>())];

    private static EventNotice Notice(string name, string happened = "image alpine:3.11 is not attested", string reason = "FailedKritisAdmission")
    {
        var subject = new EventSubject { Kind = "Deployment", Namespace = "default", Name = name };
        return new EventNotice { Reason = reason, Namespace = "kube-system", Action = "Admit", Subject = subject, Message = EventText.Of(happened, subject) };
    }
}
