using System.Net;
using System.Text;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Intake.Acr;
using RabbitMQ.Client;

namespace Kritis.Events.EndToEnd.AlibabaCloud;

/// <summary>From a push to Container Registry, over KMS, to the verifier's answer.</summary>
public class AcrPushTests(CloudInstallation installation)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_webhook_leads_to_a_signature_by_KMS_and_to_admission()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.AttestationCreated, MessageNames.ImagePushed);
        var digest = await installation.PutImageAsync("kritis-demo/alpine", "3.11", $"webhook {Guid.NewGuid()}", Cancellation);
        var image = installation.Name("kritis-demo/alpine", digest);
        (await Review.AdmitsAsync(installation.Verifier, image, Cancellation)).Should().BeFalse();

        (await installation.SendAsync(AcrIntake.Path, CloudInstallation.Webhook("kritis-demo/alpine", "3.11", digest), Cancellation)).Should().Be(HttpStatusCode.Accepted);

        await installation.AdmittedAsync(image, Cancellation);
        await installation.AdmittedAsync(image.Replace(installation.Registry.Address, $"localhost:{installation.Registry.Port}", StringComparison.Ordinal), Cancellation);
        var attested = await bus.HearAsync("AttestationCreated", heard => heard.Exchange == MessageNames.AttestationCreated && heard.Text("image") == image, Cancellation);
        attested.Text("keyId").Should().Be("alias/release");
        attested.Text("keyVersionId").Should().Be(installation.Key.Versions[0]);
        (await bus.HearAsync("ImagePushed", heard => heard.Exchange == MessageNames.ImagePushed && heard.Text("image") == image, Cancellation)).Text("source").Should().Be("acr");
        installation.Cloud.Calls.Should().Contain(call => call.Action == "GetAuthorizationToken");
    }

    [Fact]
    public async Task G2_a_push_that_Container_Registry_never_told_of_is_found_in_its_lists()
    {
        var digest = await installation.PutImageAsync("kritis-demo/untold", "1", $"untold {Guid.NewGuid()}", Cancellation);
        installation.Cloud.Instances[CloudInstallation.InstanceId].Add("kritis-demo", "untold", "1", digest);

        await using var signer = ServiceProcess.Start("reconciling", Installation.Assembly("Signer"), Installation.Loopback("http"), installation.SignerSettings);

        await installation.AdmittedAsync(installation.Name("kritis-demo/untold", digest), Cancellation);
        installation.Cloud.Calls.Should().Contain(call => call.Action == "ListRepoTag");
    }

    [Fact]
    public async Task An_EventBridge_event_over_HTTP_is_signed_under_the_digest_that_its_tag_has_in_the_registry()
    {
        var digest = await installation.PutImageAsync("kritis-demo/bridge/http", "1", $"bridge {Guid.NewGuid()}", Cancellation);

        (await installation.SendAsync(EventBridgeIntake.Path, CloudInstallation.PushCompleted("kritis-demo/bridge/http", "1"), Cancellation, "application/cloudevents+json"))
            .Should().Be(HttpStatusCode.Accepted);

        await installation.AdmittedAsync(installation.Name("kritis-demo/bridge/http", digest), Cancellation);
    }

    [Fact]
    public async Task An_EventBridge_event_over_AMQP_is_signed_as_well()
    {
        var digest = await installation.PutImageAsync("kritis-demo/bridge/amqp", "1", $"bridge {Guid.NewGuid()}", Cancellation);

        // As EventBridge does: to the queue itself, with no header of ours.
        await using var connection = await new ConnectionFactory { Uri = installation.Broker.Uri }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        await channel.BasicPublishAsync("", CloudInstallation.EventBridgeQueue, mandatory: true, new BasicProperties(),
            Encoding.UTF8.GetBytes(CloudInstallation.PushCompleted("kritis-demo/bridge/amqp", "1").ToJsonString()), Cancellation);

        await installation.AdmittedAsync(installation.Name("kritis-demo/bridge/amqp", digest), Cancellation);
    }

    [Fact]
    public async Task An_event_of_an_indexs_tag_attests_its_children_with_it()
    {
        const string repository = "kritis-demo/index";
        var (first, second) = (
            await installation.PutImageAsync(repository, "amd64", $"index {Guid.NewGuid()}", Cancellation),
            await installation.PutImageAsync(repository, "arm64", $"index {Guid.NewGuid()}", Cancellation));
        var index = await installation.PutIndexAsync(repository, "1", [first, second], Cancellation);

        (await installation.SendAsync(EventBridgeIntake.Path, CloudInstallation.PushCompleted(repository, "1"), Cancellation)).Should().Be(HttpStatusCode.Accepted);

        foreach (var digest in (string[])[index, first, second])
        {
            await installation.AdmittedAsync(installation.Name(repository, digest), Cancellation);
        }
    }

    [Fact]
    public async Task G1_an_event_of_an_image_that_the_instance_does_not_hold_is_not_signed()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.SigningFailed);
        var digest = Contracts.Images.Digest.Of(Guid.NewGuid().ToByteArray()).ToString();

        (await installation.SendAsync(AcrIntake.Path, CloudInstallation.Webhook("kritis-demo/never-pushed", "1", digest), Cancellation)).Should().Be(HttpStatusCode.Accepted);

        var failed = await bus.HearAsync("SigningFailed", heard => heard.Text("image") == installation.Name("kritis-demo/never-pushed", digest), Cancellation);
        failed.Text("code").Should().Be("NotInRegistry");
    }

    [Fact]
    public async Task A_disabled_key_is_told_as_SigningFailed_with_key_code_and_request_id_and_the_push_is_kept()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.SigningFailed);
        var digest = await installation.PutImageAsync("kritis-demo/disabled", "1", $"disabled {Guid.NewGuid()}", Cancellation);
        installation.Key.State = "Disabled";
        try
        {
            _ = await installation.SendAsync(AcrIntake.Path, CloudInstallation.Webhook("kritis-demo/disabled", "1", digest), Cancellation);

            var failed = await bus.HearAsync("SigningFailed", heard => heard.Text("image") == installation.Name("kritis-demo/disabled", digest), Cancellation);

            failed.Text("code").Should().Be("KeyDisabled");
            failed.Text("keyId").Should().Be("alias/release");
            failed.Text("error").Should().Contain("Rejected.Disabled").And.Contain("alias/release").And.MatchRegex("request id [0-9A-F-]{36}").And.Contain("Enable the key in KMS");
            await Eventually.Async("the push is kept in the error queue", async () => await bus.CountAsync(MessageNames.SigningQueue + "_error", Cancellation) > 0, Cancellation);
        }
        finally
        {
            installation.Key.State = "Enabled";
        }
    }
}
