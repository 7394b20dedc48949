using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using RabbitMQ.Client;

namespace Kritis.Events.EndToEnd.AlibabaCloud;

/// <summary>The queue that EventBridge delivers to: what is wrong in it, and what happens to it.</summary>
public sealed class EventBridgeQueueTests(CloudInstallation installation) : IAsyncLifetime
{
    private IConnection? _connection;
    private IChannel? _channel;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IChannel Channel => _channel!;

    public async ValueTask InitializeAsync()
    {
        _connection = await new ConnectionFactory { Uri = installation.Broker.Uri }.CreateConnectionAsync(Cancellation);
        _channel = await _connection.CreateChannelAsync(cancellationToken: Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await _connection!.DisposeAsync();
    }

    [Fact]
    public async Task What_cannot_be_read_is_kept_with_the_reason_and_blocks_nothing()
    {
        await Channel.QueuePurgeAsync(CloudInstallation.EventBridgeQueue + "_error", Cancellation);
        var digest = await installation.PutImageAsync("kritis-demo/queue/good", "1", $"queue {Guid.NewGuid()}", Cancellation);
        var broken = CloudInstallation.PushCompleted("kritis-demo/queue/good", "1");
        broken["data"]!["RepoName"] = 7;

        await SendAsync("not json"u8.ToArray());
        await SendAsync([0xff, 0xfe, 0x00]);
        await SendAsync(Bytes(broken));
        await SendAsync(new byte[8 * 1024 * 1024]);
        await SendAsync(Bytes(CloudInstallation.PushCompleted("kritis-demo/queue/good", "1")));

        await installation.AdmittedAsync(installation.Name("kritis-demo/queue/good", digest), Cancellation);
        await Eventually.Async("four messages are kept",
            async () => await Channel.MessageCountAsync(CloudInstallation.EventBridgeQueue + "_error", Cancellation) == 4, Cancellation, () => installation.Signer.Output);
        var kept = new List<(string Reason, int Bytes)>();
        while (await Channel.BasicGetAsync(CloudInstallation.EventBridgeQueue + "_error", autoAck: true, Cancellation) is { } message)
        {
            kept.Add((Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["kritis_reason"]!), message.Body.Length));
        }

        kept.Select(message => message.Reason).Should()
            .Contain(reason => reason.Contains("not JSON")).And.Contain(reason => reason.Contains("not UTF-8"))
            .And.Contain(reason => reason.Contains("RepoName")).And.Contain(reason => reason.Contains("Intake:MaxBodyBytes"));
        kept.Should().Contain(message => message.Bytes == 8 * 1024 * 1024, "nothing is lost, however long");
    }

    [Fact]
    public async Task G2_an_event_that_is_delivered_three_times_is_paid_for_once()
    {
        var digest = await installation.PutImageAsync("kritis-demo/queue/thrice", "1", $"thrice {Guid.NewGuid()}", Cancellation);
        var body = Bytes(CloudInstallation.PushCompleted("kritis-demo/queue/thrice", "1"));
        var before = Signatures();

        for (var time = 0; time < 3; time++)
        {
            await SendAsync(body);
        }

        await installation.AdmittedAsync(installation.Name("kritis-demo/queue/thrice", digest), Cancellation);
        var last = await installation.PutImageAsync("kritis-demo/queue/last", "1", $"last {Guid.NewGuid()}", Cancellation);
        await SendAsync(Bytes(CloudInstallation.PushCompleted("kritis-demo/queue/last", "1")));
        await installation.AdmittedAsync(installation.Name("kritis-demo/queue/last", last), Cancellation);
        await Eventually.Async("the queue is empty", async () => await Channel.MessageCountAsync(CloudInstallation.EventBridgeQueue, Cancellation) == 0, Cancellation);
        (Signatures() - before).Should().Be(2);
    }

    [Fact]
    public async Task A_queue_that_was_deleted_is_made_again()
    {
        _ = await Channel.QueueDeleteAsync(CloudInstallation.EventBridgeQueue, cancellationToken: Cancellation);
        await Eventually.Async("the queue is there again", async () =>
        {
            await using var asking = await _connection!.CreateChannelAsync(cancellationToken: Cancellation);
            try
            {
                return (await asking.QueueDeclarePassiveAsync(CloudInstallation.EventBridgeQueue, Cancellation)).ConsumerCount > 0;
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                return false;
            }
        }, Cancellation, () => installation.Signer.Output);
        var digest = await installation.PutImageAsync("kritis-demo/queue/again", "1", $"again {Guid.NewGuid()}", Cancellation);

        await SendAsync(Bytes(CloudInstallation.PushCompleted("kritis-demo/queue/again", "1")));

        await installation.AdmittedAsync(installation.Name("kritis-demo/queue/again", digest), Cancellation);
    }

    [Fact]
    public async Task An_error_queue_that_was_deleted_is_made_again_and_loses_nothing()
    {
        _ = await Channel.QueueDeleteAsync(CloudInstallation.EventBridgeQueue + "_error", cancellationToken: Cancellation);

        // More than are taken at once: none may hold its place for ever.
        for (var number = 0; number < 40; number++)
        {
            await SendAsync("not json"u8.ToArray());
        }

        await Eventually.Async("every message is kept", async () =>
        {
            await using var asking = await _connection!.CreateChannelAsync(cancellationToken: Cancellation);
            try
            {
                return await asking.MessageCountAsync(CloudInstallation.EventBridgeQueue + "_error", Cancellation) >= 40;
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                return false;
            }
        }, Cancellation, () => installation.Signer.Output);
    }

    private static byte[] Bytes(JsonObject body) => Encoding.UTF8.GetBytes(body.ToJsonString());

    // As EventBridge does: to the queue itself, with no header of ours.
    private ValueTask SendAsync(byte[] body) =>
        Channel.BasicPublishAsync("", CloudInstallation.EventBridgeQueue, mandatory: true, new BasicProperties(), body, Cancellation);

    private int Signatures() => installation.Cloud.Calls.Count(call => call is { Action: "AsymmetricSign", Outcome: "ok" });
}
