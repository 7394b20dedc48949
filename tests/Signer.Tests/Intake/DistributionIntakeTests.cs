using System.Net;
using System.Text.Json.Nodes;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Intake;

namespace Kritis.Events.Signer.Tests.Intake;

public sealed class DistributionIntakeTests
{
    [Theory]
    [InlineData("push-oci-manifest-tag", "kritis-demo/alpine@sha256:68cce1686d6084c535e1877ba3e00ceb8d3ddc26abde0eb16b1fbfa415a61ccd", "3.11")]
    [InlineData("push-docker-v2s2-manifest-tag", "kritis-demo/alpine-v2s2@sha256:eacc647fa696262400a22722a7b2c35d18f09023718695ac15a9c26d2f14d67d", "3.11")]
    [InlineData("push-docker-manifest-list-tag", "kritis-demo/list@sha256:49e67b3eb7178b9e82e045f07b84e74b846e431b5e77dacf8242c8f9e1686c5c", "1.0")]
    [InlineData("push-oci-manifest-by-digest", "kritis-demo/multi@sha256:ba71e48f4ca2860c6d36b882ce5d30b028fa1c75561116a400cfa19a61771c3b", null)]
    [InlineData("push-oci-index-tag", "kritis-demo/multi@sha256:16780b325bf7c9a275bf2010aa2645912fe62b91327be74cbb56ec6cb59d847f", "1.0")]
    [InlineData("push-oci-index-again-same-tag", "kritis-demo/multi@sha256:16780b325bf7c9a275bf2010aa2645912fe62b91327be74cbb56ec6cb59d847f", "1.0")]
    [InlineData("push-oci-index-retag", "kritis-demo/multi@sha256:16780b325bf7c9a275bf2010aa2645912fe62b91327be74cbb56ec6cb59d847f", "latest")]
    public async Task G2_a_real_push_is_on_the_bus_when_it_is_answered(string fixture, string image, string? tag)
    {
        await using var host = await IntakeHost.StartAsync();
        var envelope = await IntakeHost.Fixture(fixture);
        using var answer = await host.PostAsync(envelope);

        await ShouldBe(answer, accepted: 1, ignored: 0);
        var pushed = (await host.ReceivedAsync()).Should().ContainSingle().Which.Should().BeOfType<ImagePushed>().Which;
        var sent = JsonNode.Parse(envelope)!["events"]![0]!;
        pushed.Image.ToString().Should().Be("127.0.0.1:45055/" + image);
        pushed.Tag.Should().Be(tag);
        pushed.EventId.Should().Be(sent["id"]!.GetValue<string>());
        pushed.MediaType.Should().Be(sent["target"]!["mediaType"]!.GetValue<string>());
        pushed.Source.Should().Be("distribution");
        pushed.Actor.Should().BeNull();
        pushed.PushedAt.Should().BeCloseTo(DateTimeOffset.Parse("2026-11-23T17:46:00Z"), TimeSpan.FromMinutes(5));
        host.Logs.Lines.Should().ContainSingle(line => line.Text.StartsWith($"Push of 127.0.0.1:45055/{image}", StringComparison.Ordinal));
        host.Counted.Should().ContainKey("accepted").WhoseValue.Should().Be(1);
    }

    [Theory]
    [InlineData("pull-manifest", IgnoredReason.Action)]
    [InlineData("delete-manifest", IgnoredReason.Action)]
    [InlineData("push-blob", IgnoredReason.MediaType)]
    public async Task What_is_no_push_of_a_manifest_is_ignored_and_counted(string fixture, string reason)
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(await IntakeHost.Fixture(fixture));

        await ShouldBe(answer, accepted: 0, ignored: 1);
        (await host.ReceivedAsync()).Should().BeEmpty();
        host.Counted["ignored-" + reason].Should().Be(1);
    }

    [Theory]
    [InlineData("push-oci-index-referrers-fallback-tag")]
    [InlineData("push-oci-artifact-with-subject-by-digest")]
    public async Task G7_real_pushes_of_attestations_are_ignored(string fixture)
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(await IntakeHost.Fixture(fixture));

        await ShouldBe(answer, accepted: 0, ignored: 1);
        host.Counted["ignored-signature"].Should().Be(1);
    }

    [Fact]
    public async Task G7_Lesson_harbor_16461_pushed_signatures_attestations_and_SBOMs_are_ignored()
    {
        string[] tags = [$"sha256-{Envelope.Hex}", $"sha256-{Envelope.Hex}.sig", $"sha256-{Envelope.Hex}.att", $"sha256-{Envelope.Hex}.sbom"];
        string[] layers =
        [
            "application/vnd.dev.cosign.simplesigning.v1+json", "application/vnd.dsse.envelope.v1+json", "application/vnd.in-toto+json",
            "application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.cncf.notary.signature", "application/vnd.cyclonedx+json",
            "text/spdx+json", "application/spdx+json", "application/vnd.syft+json",
        ];
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(
            [.. tags.Select(tag => Envelope.Push(tag: tag)), .. layers.Select(layer =>
                Envelope.PushWith("target.references", new JsonArray(new JsonObject { ["mediaType"] = layer })))]));

        await ShouldBe(answer, accepted: 0, ignored: tags.Length + layers.Length);
        (await host.ReceivedAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("sha256-beef.sig")]
    [InlineData("sha256-68cce1686d6084c535e1877ba3e00ceb8d3ddc26abde0eb16b1fbfa415a61ccd.txt")]
    [InlineData("x-sha256-68cce1686d6084c535e1877ba3e00ceb8d3ddc26abde0eb16b1fbfa415a61ccd")]
    public async Task A_tag_that_only_looks_like_a_signatures_is_a_push(string tag)
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(Envelope.Push(tag: tag)));
        await ShouldBe(answer, accepted: 1, ignored: 0);
    }

    [Fact]
    public async Task Several_events_in_one_envelope_are_each_taken()
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(
            Envelope.Push("kritis-demo/a"), Envelope.PushWith("action", "pull"), Envelope.Push("kritis-demo/b", tag: null)));

        await ShouldBe(answer, accepted: 2, ignored: 1);
        (await host.ReceivedAsync()).Cast<ImagePushed>().Select(push => (push.Image.Repository, push.Tag, push.Actor))
            .Should().BeEquivalentTo([("kritis-demo/a", (string?)"3.11", (string?)"robot"), ("kritis-demo/b", null, "robot")]);
    }

    [Fact]
    public async Task A_thousand_events_are_taken_and_one_more_is_refused()
    {
        await using var host = await IntakeHost.StartAsync(null, ("Intake:MaxBodyBytes", "4000000"));
        var events = Enumerable.Range(0, 1_000).Select(number => Envelope.Push($"kritis-demo/a{number}")).ToArray();
        using var answer = await host.PostAsync(Envelope.Of(events));
        await ShouldBe(answer, accepted: 1_000, ignored: 0);
        (await host.ReceivedAsync()).Should().HaveCount(1_000);

        using var refused = await host.PostAsync(Envelope.Of([.. Enumerable.Range(0, 1_001).Select(_ => Envelope.Push())]));
        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        Envelope.Reason(await refused.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().Be("events has 1001 items, more than 1000");
    }

    [Fact]
    public async Task An_empty_envelope_is_taken()
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync("""{"events":[]}""");
        await ShouldBe(answer, accepted: 0, ignored: 0);
    }

    [Theory]
    [InlineData("http://inside.example/v2/x", "ignored.example", "127.0.0.1:45055")]
    [InlineData("https://INSIDE.example:443/v2/x", "ignored.example", "127.0.0.1:45055")]
    [InlineData("https://registry.example/v2/x", "127.0.0.1:45055", "registry.example")]
    [InlineData("http://10.0.0.7:5000/v2/x", "Registry.Example", "registry.example")]
    [InlineData("not a url", "registry.example", "registry.example")]
    [InlineData("ftp://registry.example/x", "inside.example", "127.0.0.1:45055")]
    [InlineData("http://user@registry.example/x", "", "registry.example")]
    public async Task The_registry_is_found_by_host_or_alias_and_named_as_it_is_signed(string url, string requestHost, string name)
    {
        await using var host = await IntakeHost.StartAsync();
        var push = Envelope.Push(url: url);
        push["request"]!["host"] = requestHost;
        using var answer = await host.PostAsync(Envelope.Of(push));

        await ShouldBe(answer, accepted: 1, ignored: 0);
        (await host.ReceivedAsync()).Cast<ImagePushed>().Single().Image.Name.Should().Be(name + "/kritis-demo/alpine");
    }

    [Fact]
    public async Task The_path_of_the_url_names_nothing()
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(
            Envelope.Push(url: $"http://127.0.0.1:45055/v2/kritis-demo/other/manifests/sha256:{new string('0', 64)}")));
        (await host.ReceivedAsync()).Cast<ImagePushed>().Single().Image.ToString()
            .Should().Be($"127.0.0.1:45055/kritis-demo/alpine@sha256:{Envelope.Hex}");
    }

    [Fact]
    public async Task A_registry_named_in_the_query_wins_over_the_hosts()
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(await IntakeHost.Fixture("push-oci-manifest-tag"), query: "?registry=public");
        await ShouldBe(answer, accepted: 1, ignored: 0);
        (await host.ReceivedAsync()).Cast<ImagePushed>().Single().Image.Registry.Should().Be("registry.example");
    }

    [Theory]
    [InlineData("?registry=nowhere", "nowhere")]
    [InlineData("?registry=", "''")]
    [InlineData("?registry=demo&registry=public", "demo,public")]
    [InlineData("?registry=a%0Ab", "a\\u000ab")]
    public async Task A_registry_in_the_query_that_is_not_known_is_refused_so_that_the_push_is_sent_again(string query, string shown)
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(Envelope.Push()), query: query);
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        Envelope.Reason(await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().Contain(shown);
        (await host.ReceivedAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task G2_a_push_to_a_registry_nobody_named_is_told_as_skipped()
    {
        await using var host = await IntakeHost.StartAsync();
        var push = Envelope.Push(url: "https://Unknown.example/v2/x");
        push["request"]!["host"] = "unknown.example";
        using var answer = await host.PostAsync(Envelope.Of(push));

        await ShouldBe(answer, accepted: 0, ignored: 1);
        var skipped = (await host.ReceivedAsync()).Should().ContainSingle().Which.Should().BeOfType<SigningSkipped>().Which;
        skipped.Reason.Should().Be("UnknownRegistry");
        skipped.Image.Name.Should().Be("unknown.example/kritis-demo/alpine");
        skipped.Explanation.Should().ContainAll("unknown.example", "?registry=NAME");
        host.Counted["ignored-unknown-registry"].Should().Be(1);
    }

    [Theory]
    [InlineData("!!!")]
    [InlineData("unqualified")]
    [InlineData("a b")]
    [InlineData("x.example/../registry.example")]
    [InlineData("registry.example@evil.example")]
    [InlineData("xregistry.example")]
    public async Task A_host_that_whoever_pushes_can_choose_never_stops_the_registrys_queue(string requestHost)
    {
        await using var host = await IntakeHost.StartAsync();
        var push = Envelope.Push(url: "");
        push["request"]!["host"] = requestHost;
        using var answer = await host.PostAsync(Envelope.Of(push, Envelope.Push()));

        await ShouldBe(answer, accepted: 1, ignored: 1);
    }

    [Fact]
    public async Task A_digest_of_another_algorithm_and_a_name_too_long_never_stop_the_registrys_queue()
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(
            Envelope.PushWith("target.digest", "sha512:" + Envelope.Hex + Envelope.Hex),
            Envelope.Push(new string('a', 245)),
            Envelope.Push(new string('a', 255)),
            Envelope.Push()));

        await ShouldBe(answer, accepted: 1, ignored: 3);
        host.Counted["ignored-digest-algorithm"].Should().Be(1);
        host.Counted["ignored-name"].Should().Be(2);
    }

    [Fact]
    public async Task An_event_without_an_id_gets_one()
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(Envelope.PushWith("id", null)));
        Guid.TryParse((await host.ReceivedAsync()).Cast<ImagePushed>().Single().EventId, out _).Should().BeTrue();
    }

    [Fact]
    public async Task Only_POST_is_answered()
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.Client.GetAsync("/events/distribution", IntakeHost.Cancellation);
        answer.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    private static async Task ShouldBe(HttpResponseMessage answer, int accepted, int ignored)
    {
        var body = await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation);
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted, body);
        body.Should().Be($$"""{"accepted":{{accepted}},"ignored":{{ignored}}}""");
    }
}
