using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.AlibabaCloud.Emulator.ContainerRegistry;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Intake.Acr;
using Kritis.Events.Signer.Tests.Registry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Kritis.Events.Signer.Tests.Intake;

/// <summary>Container Registry's events from EventBridge: <c>POST /events/eventbridge</c>.</summary>
public sealed class EventBridgeIntakeTests : IAsyncLifetime
{
    private const string Structured = "application/cloudevents+json; charset=UTF-8";
    private IntakeHost? _host;

    private IntakeHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await IntakeHost.StartAsync(AcrEvents.Resources);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Theory]
    [InlineData(Structured)]
    [InlineData("application/json")]
    [InlineData("application/json;charset=utf-8")]
    public async Task A_structured_event_becomes_a_push_under_the_configured_host(string mediaType)
    {
        (await PostAsync(AcrEvents.CloudEvent(digest: AcrEvents.Digest), mediaType)).StatusCode.Should().Be(HttpStatusCode.Accepted);

        var push = (await Host.ReceivedAsync()).Should().ContainSingle().Which.Should().BeOfType<ImagePushed>().Which;
        push.Image.ToString().Should().Be($"{AcrEvents.Host}/kritis-demo/alpine@{AcrEvents.Digest}");
        push.Should().BeEquivalentTo(new { EventId = "45ef4dewdwe1-7c35-447a-bd93-fab****", Tag = "latest", Source = "eventbridge", Actor = "123456789098****" });
        push.PushedAt.Should().Be(DateTimeOffset.Parse("2020-11-19T13:04:41Z", null));
    }

    [Fact]
    public async Task A_binary_event_is_the_same_push()
    {
        var answer = await Host.SendAsync("/events/eventbridge", Json(AcrEvents.Data(digest: AcrEvents.Digest)), "application/json;charset=utf-8", IntakeHost.Token, Binary());

        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await Host.ReceivedAsync()).Should().ContainSingle().Which.Should().BeOfType<ImagePushed>().Which.Should().BeEquivalentTo(
            new { EventId = "45ef4dewdwe1-7c35-447a-bd93-fab****", Tag = "latest", Source = "eventbridge", Actor = "123456789098****" });
    }

    [Fact]
    public async Task A_batch_is_taken_whole_or_not_at_all()
    {
        var good = new JsonArray(AcrEvents.CloudEvent(digest: AcrEvents.Digest), AcrEvents.CloudEvent(name: "second", digest: AcrEvents.Digest), AcrEvents.CloudEvent().With("source=\"acs.oss\""));
        var answer = await Host.SendAsync("/events/eventbridge", Json(good), "application/cloudevents-batch+json");
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().Contain("\"accepted\":2").And.Contain("\"ignored\":1");
        (await Host.ReceivedAsync()).Should().HaveCount(2);

        var bad = new JsonArray(AcrEvents.CloudEvent(name: "third", digest: AcrEvents.Digest), AcrEvents.CloudEvent().With("data.RepoName=7"));
        (await Host.SendAsync("/events/eventbridge", Json(bad), "application/cloudevents-batch+json")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Host.ReceivedAsync()).Should().HaveCount(2);
    }

    [Fact]
    public async Task A_batch_has_a_most()
    {
        var many = $"[{string.Join(',', Enumerable.Repeat("{}", 1001))}]";

        var answer = await Host.SendAsync("/events/eventbridge", new ByteArrayContent(Encoding.UTF8.GetBytes(many)), "application/cloudevents-batch+json");

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().Contain("more than 1000");
    }

    [Theory]
    [InlineData("source", "source=\"acs.oss\"")]
    [InlineData("type", "type=\"cr:Artifact:SigningCompleted\"")]
    [InlineData("type", "type=\"cr:Artifact:ScanCompleted\"")]
    [InlineData("type", "type=\"cr:Artifact:SynchronizationCompleted\"")]
    [InlineData("type", "type=\"cr:artifact:pushcompleted\"")]
    [InlineData("unknown-instance", "data.InstanceId=\"cri-somebody-elses\"")]
    [InlineData("region", "data.RegionId=\"cn-beijing\"")]
    [InlineData("namespace", "data.RepoNamespaceName=\"somebody-elses\"")]
    [InlineData("signature", "data.Tag=\"sha256-4444444444444444444444444444444444444444444444444444444444444444.sig\"")]
    [InlineData("name", "data.RepoName=\"repoTest\"")]
    public async Task What_is_not_to_be_signed_is_taken_and_counted_with_its_reason(string reason, string change)
    {
        (await PostAsync(AcrEvents.CloudEvent(digest: AcrEvents.Digest).With(change))).StatusCode.Should().Be(HttpStatusCode.Accepted);

        (await Host.ReceivedAsync()).Should().BeEmpty();
        Host.Counted.Should().ContainKey($"ignored-{reason}");
    }

    [Fact]
    public async Task The_instance_decides_the_host_and_not_its_name_or_the_subject()
    {
        var forged = AcrEvents.CloudEvent("shared", digest: AcrEvents.Digest)
            .With("data.InstanceId=\"cri-second\"").With("data.InstanceName=\"evil.example.com/\"").With("data.Host=\"evil.example.com\"").With("subject=\"evil.example.com\"");

        (await PostAsync(forged)).StatusCode.Should().Be(HttpStatusCode.Accepted);

        (await Host.ReceivedAsync()).Should().ContainSingle().Which.Should().BeOfType<ImagePushed>()
            .Which.Image.Registry.Should().Be("second.cn-hongkong.cr.aliyuncs.com");
    }

    [Theory]
    [InlineData("specversion", "specversion")]
    [InlineData("specversion=\"0.3\"", "specversion")]
    [InlineData("source", "source")]
    [InlineData("type", "type")]
    [InlineData("id", "id")]
    [InlineData("id=\"a\\nb\"", "id")]
    [InlineData("data", "data")]
    [InlineData("data=\"text\"", "data")]
    [InlineData("data.InstanceId", "InstanceId")]
    [InlineData("data.InstanceId=\"cri/../x\"", "InstanceId")]
    [InlineData("data.RegionId={}", "RegionId")]
    [InlineData("data.RepoName=\"a:b\"", "RepoName")]
    [InlineData("data.Digest=\"sha256:short\"", "sha256:")]
    [InlineData("data.Tag=\"-x\"", "is no tag")]
    public async Task A_malformed_member_is_named(string change, string told)
    {
        var answer = await PostAsync(AcrEvents.CloudEvent(digest: AcrEvents.Digest).With(change));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().Contain(told);
        (await Host.ReceivedAsync()).Should().BeEmpty();
    }

    [Fact]
    public void An_attribute_that_stands_twice_is_refused()
    {
        var headers = new HeaderDictionary { ["Content-Type"] = "application/json" };
        foreach (var (name, value) in Binary())
        {
            headers[name] = value;
        }

        headers["ce-type"] = new StringValues(["cr:Artifact:PushCompleted", "cr:Artifact:ScanCompleted"]);
        var read = () => CloudEventReader.Read(Encoding.UTF8.GetBytes(AcrEvents.Data(digest: AcrEvents.Digest).ToJsonString()), headers);

        read.Should().Throw<MalformedException>().WithMessage("*ce-type stands there 2 times*");
    }

    [Fact]
    public async Task A_tag_without_a_digest_is_signed_under_the_digest_that_the_registry_has_for_it()
    {
        var manifest = """{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json"},"layers":[]}"""u8.ToArray();
        await using var registry = await ScriptedRegistry.HoldingAsync(manifest);
        await using var cloud = await CloudAsync();
        await using var host = await StartAsync(registry, cloud);

        var answer = await host.SendAsync("/events/eventbridge", Json(AcrEvents.CloudEvent()), Structured);

        answer.StatusCode.Should().Be(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation));
        (await host.ReceivedAsync()).Should().ContainSingle().Which.Should().BeOfType<ImagePushed>()
            .Which.Image.ToString().Should().Be($"{AcrEvents.Host}/kritis-demo/alpine@{Contracts.Images.Digest.Of(manifest)}");
        registry.Requests.Should().OnlyContain(asked => asked.Path == "/v2/kritis-demo/alpine/manifests/latest");
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, HttpStatusCode.Accepted)]
    [InlineData(HttpStatusCode.InternalServerError, HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable)]
    public async Task A_tag_that_is_gone_is_ignored_and_a_registry_that_is_away_makes_the_sender_try_again(HttpStatusCode registrys, HttpStatusCode ours)
    {
        await using var registry = await ScriptedRegistry.StartAsync(context => ScriptedRegistry.StatusAsync(context, registrys));
        await using var cloud = await CloudAsync();
        await using var host = await StartAsync(registry, cloud);

        var answer = await host.SendAsync("/events/eventbridge", Json(AcrEvents.CloudEvent()), Structured);

        answer.StatusCode.Should().Be(ours);
        (await host.ReceivedAsync()).Should().BeEmpty();
        if (ours == HttpStatusCode.Accepted)
        {
            host.Counted.Should().ContainKey("ignored-tag-gone");
        }
        else
        {
            answer.Headers.RetryAfter.Should().NotBeNull();
        }
    }

    private static async Task<AlibabaEmulator> CloudAsync()
    {
        var cloud = await AlibabaEmulator.StartAsync(cancellationToken: IntakeHost.Cancellation);
        cloud.Instances[AcrEvents.InstanceId] = new RegistryInstance { Id = AcrEvents.InstanceId, Name = "demo" };
        return cloud;
    }

    private static Task<IntakeHost> StartAsync(ScriptedRegistry registry, AlibabaEmulator cloud) => IntakeHost.StartAsync(
        new ResourceSet { Registries = [AcrEvents.Registry("demo", AcrEvents.Host, AcrEvents.InstanceId, AcrEvents.Region, "*") with { Url = registry.Url }] },
        publishing: null,
        ("AlibabaCloud:AccessKeyId", cloud.Options.AccessKeyId),
        ("AlibabaCloud:AccessKeySecret", cloud.Options.AccessKeySecret),
        ("AlibabaCloud:Endpoints:ContainerRegistry", cloud.Url.GetLeftPart(UriPartial.Authority)));

    private static (string Name, string Value)[] Binary()
    {
        var attributes = AcrEvents.CloudEvent().With("data").With("datacontenttype");
        return [.. attributes.Select(attribute => ($"ce-{attribute.Key}", Uri.EscapeDataString(attribute.Value!.GetValue<string>())))];
    }

    private static ByteArrayContent Json(JsonNode body) => new(Encoding.UTF8.GetBytes(body.ToJsonString()));

    private Task<HttpResponseMessage> PostAsync(JsonObject body, string mediaType = Structured) => Host.SendAsync("/events/eventbridge", Json(body), mediaType);
}
