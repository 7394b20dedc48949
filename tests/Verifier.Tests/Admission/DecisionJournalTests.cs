using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.ServiceDefaults.Bus;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class DecisionJournalTests
{
    [Fact]
    public async Task G8_every_decision_is_an_event_on_the_bus_that_explains_it()
    {
        var heard = new Heard();
        await using var host = await WebhookHost.StartAsync(
            Given.Resources(Given.Policy()), parts: heard.Parts, settings: "--Cluster:Name=production-1");
        host.Index.Attest(Given.Alpine, Given.Release);

        _ = await host.AskAsync(Review.Pod(Given.Alpine, "evil:1"));
        _ = await host.AskAsync(Review.Load("deployment-create", Given.Alpine));
        await Eventually.Holds(() => heard.Messages.Count == 2, "both decisions are on the bus");

        var denied = heard.Messages.Single(message => !message.Allowed);
        denied.Cluster.Should().Be("production-1");
        (denied.Namespace, denied.Kind, denied.Operation).Should().Be(("default", "Pod", "CREATE"));
        denied.Name.Should().Be("is-signed-5c9bd9d7c8-x7k2p");
        denied.User.Should().Be("system:serviceaccount:kube-system:replicaset-controller");
        denied.Policies.Should().Equal("default-namespace");
        denied.DurationMicroseconds.Should().BePositive();
        denied.Images.Should().SatisfyRespectively(
            good =>
            {
                good.Attested.Should().BeTrue();
                good.Explanation.Should().Be("policy default-namespace: attested by 'release'");
                good.Attestations.Should().Equal(Given.IdOf(Given.Alpine, Given.Release));
            },
            bad =>
            {
                (bad.Image, bad.Attested).Should().Be(("evil:1", false));
                bad.Explanation.Should().StartWith("policy default-namespace: no digest given");
                bad.Attestations.Should().BeEmpty();
            });
        heard.Messages.Single(message => message.Allowed).Kind.Should().Be("Deployment");
    }

    [Fact]
    public async Task G8_a_refusal_without_images_tells_its_reason()
    {
        var heard = new Heard();
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()), parts: heard.Parts);

        _ = await host.AskAsync(Review.Load("configmap-create"));
        await Eventually.Holds(() => heard.Messages.Count == 1, "the decision is on the bus");

        heard.Messages.Single().Reason.Should().StartWith("the ConfigMap has no pod specification");
    }

    [Fact]
    public async Task A_dry_run_is_told_as_one()
    {
        var heard = new Heard();
        await using var host = await WebhookHost.StartAsync(
            Given.Resources(Given.Policy() with { Enforcement = Enforcement.DryRun }), parts: heard.Parts);

        _ = await host.AskAsync(Review.Load("pod-create"));
        await Eventually.Holds(() => heard.Messages.Count == 1, "the decision is on the bus");

        heard.Messages.Single().Should().Match<AdmissionDecided>(message => message.Allowed && message.DryRun && !message.Images[0].Attested);
    }

    [Fact]
    public async Task Every_decision_is_one_line_in_the_log_that_no_name_can_forge()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));
        var review = Review.Pod("evil\nInformation: allowed");
        review.Request["name"] = "a\r\nb";
        review.Request["userInfo"]!["username"] = "mallory\u2028admin";

        _ = await host.AskAsync(review);
        await Eventually.Holds(() => Decisions(host).Any(), "the decision is in the log");

        var line = Decisions(host).Should().ContainSingle().Subject;
        line.Should().Contain(@"CREATE Pod default/a\u000d\u000ab by mallory\u2028admin: [evil\u000aInformation: allowed not attested (policy default-namespace: ")
            .And.Contain("policies [default-namespace]").And.Contain(review.Uid);
        line.Any(char.IsControl).Should().BeFalse();
    }

    [Fact]
    public async Task Admissions_are_counted_by_outcome_and_timed()
    {
        await using var host = await WebhookHost.StartAsync(
            Given.Resources(Given.Policy(), Given.Policy("trial") with { Namespaces = ["trial"], Enforcement = Enforcement.DryRun }));
        using var measured = new Measured(host.Services.GetRequiredService<IMeterFactory>());

        _ = await host.AskAsync(Review.Load("pod-create"));
        _ = await host.AskAsync(Review.Load("pod-create"));
        _ = await host.AskAsync(Review.Load("pod-delete"));
        _ = await host.AskAsync(Review.Load("pod-create").In("trial"));
        _ = await host.AskAsync(Review.Load("configmap-create"));
        await Eventually.Holds(() => measured.Count("kritis_admission_duration_seconds") == 5, "five decisions are timed");

        measured.Sum("kritis_admissions", "denied").Should().Be(2);
        measured.Sum("kritis_admissions", "allowed").Should().Be(1);
        measured.Sum("kritis_admissions", "dryrun").Should().Be(1);
        measured.Sum("kritis_admissions", "unreadable").Should().Be(1);
        measured.Sum("kritis_journal_dropped").Should().Be(0);
    }

    [Fact]
    public async Task A_bus_that_hangs_slows_no_admission_and_the_oldest_decisions_are_dropped_and_counted()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()), HangingBus.Replace);
        using var measured = new Measured(host.Services.GetRequiredService<IMeterFactory>());
        var journal = host.Services.GetRequiredService<DecisionJournal>();
        ReviewReader.TryRead(Review.Load("pod-create").Bytes, out var request, out _).Should().BeTrue();

        for (var told = 0; told < 2 * DecisionJournal.MostWaiting; told++)
        {
            journal.Write(request!, AdmissionDecision.Allow("because"), TimeSpan.FromMicroseconds(1));
        }

        (await host.AskAsync(Review.Load("pod-create"))).Allowed.Should().BeFalse();
        measured.Sum("kritis_journal_dropped").Should().BeInRange(DecisionJournal.MostWaiting - 100, DecisionJournal.MostWaiting + 1);
    }

    [Fact]
    public async Task A_bus_that_refuses_fails_no_admission_and_ends_no_telling()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()), RefusingBus.Replace);
        using var measured = new Measured(host.Services.GetRequiredService<IMeterFactory>());

        for (var number = 0; number < 20; number++)
        {
            (await host.AskAsync(Review.Load("pod-create"))).Allowed.Should().BeFalse();
        }

        await Eventually.Holds(() => measured.Sum("kritis_journal_dropped") == 20, "all twenty are counted as dropped");
    }

    [Fact]
    public async Task What_waits_is_told_before_the_service_ends()
    {
        var bus = GatedBus.Create();
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()), bus.Replace);
        using var measured = new Measured(host.Services.GetRequiredService<IMeterFactory>());
        for (var number = 0; number < 50; number++)
        {
            _ = await host.AskAsync(Review.Load("pod-create"));
        }

        await Eventually.Holds(() => measured.Sum("kritis_admissions") == 50, "every decision is written down, which happens behind its answer");
        await Eventually.Holds(() => bus.Begun > 0, "the first decisions are on their way");
        bus.Begun.Should().BeLessThan(50, "the rest waits for the broker");
        var stopping = host.Services.GetRequiredService<DecisionJournal>().StopAsync(TestContext.Current.CancellationToken);
        bus.Open();
        await stopping;

        bus.Published.Should().Be(50);
    }

    [Fact]
    public void An_object_of_thousands_of_images_makes_no_message_of_megabytes()
    {
        var decision = Cluster.WithAlpine().Decide([Given.Alpine, .. Enumerable.Range(0, 5000).Select(number => $"a:{number}")]);

        var told = DecisionReport.Of(new AdmissionRequest { ApiVersion = "v1", Uid = "u" }, decision, "c", DateTimeOffset.UnixEpoch, TimeSpan.Zero);

        told.Images.Should().HaveCount(DecisionJournal.MostImages).And.OnlyContain(image => !image.Attested);
        told.Reason.Should().Be("4951 more images are not listed here");
        DecisionReport.Line(told.Images).Length.Should().BeLessThan(10_000);
    }

    private static IEnumerable<string> Decisions(WebhookHost host) => host.Log.Lines.Where(line => line.StartsWith("Information: denied"));

    /// <summary>A subscriber of decisions.</summary>
    private sealed class Heard
    {
        private readonly ConcurrentQueue<AdmissionDecided> _messages = new();

        public IReadOnlyCollection<AdmissionDecided> Messages => _messages;

        public BusParts Parts => new(
            _ => { },
            (bus, _) => bus.ReceiveEndpoint("heard", endpoint => endpoint.Handler<AdmissionDecided>(context =>
            {
                _messages.Enqueue(context.Message);
                return Task.CompletedTask;
            })));
    }
}
