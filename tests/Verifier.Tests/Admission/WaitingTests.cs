using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Tests.Testing;
using Microsoft.AspNetCore.Http;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class WaitingTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);
    private static readonly SecurityPolicy Patient = Given.Policy() with { WaitForAttestation = TimeSpan.FromSeconds(2) };
    private static readonly Image Alpine = Image.Parse(Given.Alpine);

    [Fact]
    public async Task A_digest_whose_push_was_just_seen_waits_and_is_admitted_once_its_attestation_is_there()
    {
        var cluster = new Cluster(Patient);
        cluster.Pushes.Add(Alpine);

        var deciding = cluster.DecideAsync(Review.Pod(Given.Alpine), Limit);
        deciding.IsCompleted.Should().BeFalse("its signature is on its way");
        cluster.Attest(Given.Alpine);

        (await deciding).Outcome.Should().Be(AdmissionOutcome.Allowed);
    }

    [Fact]
    public async Task Where_the_time_runs_out_the_refusal_says_that_the_signature_is_on_its_way()
    {
        var cluster = new Cluster(Patient);
        cluster.Pushes.Add(Alpine);
        var deciding = cluster.DecideAsync(Review.Pod(Given.Alpine), Limit);

        cluster.Time.Advance(TimeSpan.FromSeconds(2));

        var decision = await deciding;
        decision.Message.Should().Be($"image {Given.Alpine} is not attested");
        decision.Warnings.Should().ContainSingle().Which.Should().EndWith("its push was seen 2.0 s ago and its signature is on its way: try again");
    }

    [Fact]
    public async Task The_API_servers_own_deadline_is_kept_where_it_is_shorter()
    {
        var cluster = new Cluster(Patient);
        cluster.Pushes.Add(Alpine);
        var deciding = cluster.DecideAsync(Review.Pod(Given.Alpine), TimeSpan.FromSeconds(1));

        cluster.Time.Advance(TimeSpan.FromSeconds(1));

        (await deciding).Allowed.Should().BeFalse();
    }

    [Fact]
    public async Task What_nobody_pushed_lately_is_refused_at_once()
    {
        var cluster = new Cluster(Patient);
        cluster.Pushes.Add(Alpine);
        cluster.Time.Advance(TimeSpan.FromMinutes(2));

        (await cluster.DecideAsync(Review.Pod(Given.Alpine), Limit)).Allowed.Should().BeFalse();
        (await new Cluster(Patient).DecideAsync(Review.Pod(Given.Alpine), Limit)).Allowed.Should().BeFalse();
    }

    [Fact]
    public async Task A_policy_that_allows_no_waiting_refuses_at_once_beside_one_that_does()
    {
        var cluster = new Cluster(Patient, Given.Policy("impatient"));
        cluster.Pushes.Add(Alpine);

        (await cluster.DecideAsync(Review.Pod(Given.Alpine), Limit)).Allowed.Should().BeFalse();
    }

    [Fact]
    public async Task An_object_with_another_image_that_nothing_will_save_is_refused_at_once()
    {
        var cluster = new Cluster(Patient);
        cluster.Pushes.Add(Alpine);

        (await cluster.DecideAsync(Review.Pod(Given.Alpine, "alpine:3.11"), Limit)).Allowed.Should().BeFalse();
    }

    [Fact]
    public async Task Two_images_that_are_awaited_must_both_arrive()
    {
        const string Second = $"{Given.Host}/kritis-demo/second@sha256:{Given.Hex}";
        var cluster = new Cluster(Patient);
        cluster.Pushes.Add(Alpine);
        cluster.Pushes.Add(Image.Parse(Second));
        var deciding = cluster.DecideAsync(Review.Pod(Given.Alpine, Second), Limit);

        cluster.Attest(Second);
        deciding.IsCompleted.Should().BeFalse();
        cluster.Attest(Given.Alpine);

        (await deciding).Allowed.Should().BeTrue();
    }

    [Fact]
    public async Task G3_another_witness_attestation_ends_no_waiting_and_admits_nothing()
    {
        var cluster = new Cluster(Patient);
        cluster.Pushes.Add(Alpine);
        var deciding = cluster.DecideAsync(Review.Pod(Given.Alpine), Limit);

        cluster.Attest(Given.Alpine, Given.Qa);
        cluster.Time.Advance(TimeSpan.FromSeconds(2));

        (await deciding).Allowed.Should().BeFalse();
    }

    [Fact]
    public async Task G3_a_flood_of_reviews_that_wait_is_bounded_and_the_next_is_answered_at_once()
    {
        var cluster = new Cluster(Patient);
        cluster.Pushes.Add(Alpine);
        var waiting = Enumerable.Range(0, PatientDecider.MostWaiting).Select(_ => cluster.DecideAsync(Review.Pod(Given.Alpine), Limit)).ToArray();

        (await cluster.DecideAsync(Review.Pod(Given.Alpine), Limit)).Allowed.Should().BeFalse();

        waiting.Should().OnlyContain(deciding => !deciding.IsCompleted);
        cluster.Attest(Given.Alpine);
        (await Task.WhenAll(waiting)).Should().OnlyContain(decision => decision.Allowed);
    }

    [Fact]
    public void G3_a_flood_of_pushes_is_forgotten_beyond_its_bound()
    {
        var cluster = new Cluster(Patient);
        cluster.Pushes.Add(Alpine);
        for (var number = 0; number < RecentPushes.Most; number++)
        {
            cluster.Pushes.Add(Alpine with { Repository = $"flood/{number}" });
        }

        cluster.Pushes.Age(Alpine).Should().BeNull();
        cluster.Pushes.Age(Alpine with { Repository = $"flood/{RecentPushes.Most - 1}" }).Should().NotBeNull();
    }

    [Fact]
    public void A_push_that_is_told_again_counts_from_the_last_time()
    {
        var cluster = new Cluster(Patient);
        cluster.Pushes.Add(Alpine);
        cluster.Time.Advance(TimeSpan.FromSeconds(50));
        cluster.Pushes.Add(Alpine);
        cluster.Time.Advance(TimeSpan.FromSeconds(50));
        cluster.Pushes.Add(Alpine with { Repository = "other" });

        cluster.Pushes.Age(Alpine).Should().Be(TimeSpan.FromSeconds(50));
    }

    [Theory]
    [InlineData("?timeout=10s", 9)]
    [InlineData("?timeout=5s", 4)]
    [InlineData("?timeout=1s", 0.5)]
    [InlineData("?timeout=2.5s", 1.5)]
    [InlineData("", 9)]
    [InlineData("?timeout=", 9)]
    [InlineData("?timeout=-5s", 9)]
    [InlineData("?timeout=1e9s", 9)]
    [InlineData("?timeout=31s", 9)]
    [InlineData("?timeout=NaNs", 9)]
    [InlineData("?timeout=10m", 9)]
    [InlineData("?timeout=5s&timeout=8s", 9)]
    public void The_time_that_the_API_server_gives_is_read_with_a_margin_for_the_answer(string query, double seconds)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);

        WebhookTimeout.Of(request).Should().Be(TimeSpan.FromSeconds(seconds));
    }
}
