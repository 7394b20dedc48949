using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Signer.Tests.Intake;

/// <summary>Webhooks of Container Registry: <c>POST /events/acr</c>.</summary>
public sealed class AcrIntakeTests : IAsyncLifetime
{
    private IntakeHost? _host;

    private IntakeHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await IntakeHost.StartAsync(AcrEvents.Resources);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Fact]
    public async Task The_documented_body_becomes_a_push_under_the_configured_host()
    {
        (await PostAsync(AcrEvents.Webhook())).StatusCode.Should().Be(HttpStatusCode.Accepted);

        var push = (await Host.ReceivedAsync()).Should().ContainSingle().Which.Should().BeOfType<ImagePushed>().Which;
        push.Image.ToString().Should().Be($"{AcrEvents.Host}/kritis-demo/alpine@{AcrEvents.Digest}");
        push.Tag.Should().Be("latest");
        push.Source.Should().Be("acr");
        Guid.TryParse(push.EventId, out _).Should().BeTrue("the body has no id of its own");
    }

    [Theory]
    [InlineData("push_data.pushed_at")]
    [InlineData("repository.date_created")]
    [InlineData("repository.repo_full_name")]
    [InlineData("repository.something_new=[1,{\"a\":null}]")]
    [InlineData("push_data.tag=\"1.0_x-Y\"")]
    [InlineData("push_data.tag=null")]
    [InlineData("repository.namespace=\"kritis-other\"", "repository.repo_full_name")]
    [InlineData("repository.name=\"team/app/web\"", "repository.repo_full_name")]
    public async Task What_is_missing_or_new_and_not_needed_does_not_matter(params string[] changes)
    {
        var body = changes.Aggregate(AcrEvents.Webhook(), (at, change) => at.With(change));

        (await PostAsync(body)).StatusCode.Should().Be(HttpStatusCode.Accepted);

        (await Host.ReceivedAsync()).Should().ContainSingle().Which.Should().BeOfType<ImagePushed>()
            .Which.Image.Registry.Should().Be(AcrEvents.Host);
    }

    [Theory]
    [InlineData("region", "repository.region=\"cn-beijing\"")]
    [InlineData("namespace", "repository.namespace=\"somebody-elses\"")]
    [InlineData("signature", "push_data.tag=\"sha256-4444444444444444444444444444444444444444444444444444444444444444.sig\"")]
    [InlineData("name", "repository.name=\"repoTest\"")]
    public async Task What_is_not_to_be_signed_is_taken_and_counted_with_its_reason(string reason, string change)
    {
        var answer = await PostAsync(AcrEvents.Webhook().With("repository.repo_full_name").With(change));

        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().Contain("\"ignored\":1");
        (await Host.ReceivedAsync()).Should().BeEmpty();
        Host.Counted.Should().ContainKey($"ignored-{reason}");
    }

    [Fact]
    public async Task A_body_can_name_no_host()
    {
        var forged = AcrEvents.Webhook();
        forged["repository"]!["repo_url"] = "evil.example.com/kritis-demo/alpine";
        forged["repository"]!["host"] = "evil.example.com";
        forged["request"] = new JsonObject { ["host"] = "evil.example.com" };

        (await PostAsync(forged)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await PostAsync(AcrEvents.Webhook(name: "../evil.example.com/alpine").With("repository.repo_full_name"))).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await PostAsync(AcrEvents.Webhook(ns: "evil.example.com/kritis-demo").With("repository.repo_full_name"))).StatusCode.Should().Be(HttpStatusCode.BadRequest);

        (await Host.ReceivedAsync()).Should().ContainSingle().Which.Should().BeOfType<ImagePushed>().Which.Image.Registry.Should().Be(AcrEvents.Host);
    }

    [Fact]
    public async Task A_namespace_of_two_instances_needs_the_registrys_name_in_the_URL()
    {
        var open = await PostAsync(AcrEvents.Webhook("shared"));
        open.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await open.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().ContainAll("demo", "second", "?registry=NAME");

        (await PostAsync(AcrEvents.Webhook("shared"), "?registry=second")).StatusCode.Should().Be(HttpStatusCode.Accepted);

        (await Host.ReceivedAsync()).Should().ContainSingle().Which.Should().BeOfType<ImagePushed>()
            .Which.Image.Registry.Should().Be("second.cn-hongkong.cr.aliyuncs.com");
    }

    [Theory]
    [InlineData("?registry=plain", "is no instance of Container Registry")]
    [InlineData("?registry=nobody", "no Registry resource is named 'nobody'")]
    public async Task A_wrong_name_in_the_URL_is_told(string query, string told)
    {
        var answer = await PostAsync(AcrEvents.Webhook(), query);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().Contain(told);
    }

    [Theory]
    [InlineData("push_data", "push_data")]
    [InlineData("push_data=[]", "push_data")]
    [InlineData("push_data.digest=\"sha512:00\"", "sha256:")]
    [InlineData("push_data.digest=7", "digest")]
    [InlineData("push_data.tag=\"a b\"", "is no tag")]
    [InlineData("push_data.tag=\"latest@sha256:00\"", "is no tag")]
    [InlineData("repository.region", "region")]
    [InlineData("repository.region=\"cn-hongkong.evil.example\"", "region")]
    [InlineData("repository.name=\"\"", "name")]
    [InlineData("repository.name=\"a\\u0000b\"", "name")]
    [InlineData("repository.name=\"a@sha256\"", "name")]
    [InlineData("repository.repo_full_name=\"kritis-demo/other\"", "repo_full_name")]
    public async Task A_malformed_member_is_named(string change, string told)
    {
        var body = AcrEvents.Webhook();
        body = change.StartsWith("repository.repo_full_name", StringComparison.Ordinal) || change.StartsWith("push_data", StringComparison.Ordinal) ? body : body.With("repository.repo_full_name");

        var answer = await PostAsync(body.With(change));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().Contain(told);
        (await Host.ReceivedAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"push_data\":{\"digest\":\"sha256:4")]
    [InlineData("{\"push_data\":{},\"push_data\":{},\"repository\":{}}")]
    [InlineData("\u00fe\u00ff")]
    public async Task What_is_no_such_body_is_refused(string body)
    {
        var answer = await Host.SendAsync("/events/acr", new ByteArrayContent(Encoding.Latin1.GetBytes(body)), "application/json");

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Neither_a_digest_nor_a_tag_names_nothing_to_sign()
    {
        var answer = await PostAsync(AcrEvents.Webhook().With("push_data.digest").With("push_data.tag"));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_token_is_asked_for_and_too_much_is_not_read()
    {
        (await Host.SendAsync("/events/acr", Json(AcrEvents.Webhook()), "application/json", bearer: null)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await Host.SendAsync("/events/acr", Json(AcrEvents.Webhook()), "application/json", bearer: "wrong")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await Host.SendAsync($"/events/acr?token={IntakeHost.Token}", Json(AcrEvents.Webhook()), "application/json", bearer: null)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await PostAsync(AcrEvents.Webhook().With($"filler=\"{new string('x', 5_000_000)}\""))).StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await Host.SendAsync("/events/acr", Json(AcrEvents.Webhook()), "text/plain")).StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }

    private static ByteArrayContent Json(JsonObject body) => new(Encoding.UTF8.GetBytes(body.ToJsonString()));

    private Task<HttpResponseMessage> PostAsync(JsonObject body, string query = "") => Host.SendAsync("/events/acr" + query, Json(body), "application/json");
}
