using System.Text;
using System.Text.Json;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using RabbitMQ.Client;

namespace Kritis.Events.EndToEnd;

/// <summary>What could not be signed, and what a person does about it.</summary>
public class ErrorQueueTests : OwnInstallation
{
    private const string ErrorQueue = MessageNames.SigningErrors;

    [Fact]
    public async Task G2_what_could_not_be_signed_is_shown_kept_retried_and_dropped()
    {
        await using var bus = await BusProbe.ConnectAsync(Installation.Broker, Cancellation);
        (await KritisAsync("errors")).Should().Contain("0 in the error queue");
        var key = Path.Combine(Installation.SignerDataPath, "keys", "release.pem");
        File.Move(key, key + ".away");
        using var layout = OciLayout.Image($"no key {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{Installation.Registry.Address}/kritis-demo/no-key:1", Cancellation);
        var image = Installation.Name("kritis-demo/no-key", layout.Digest);
        // The registry tells both signers.
        await UntilErrorsAsync(bus, 2);

        (await KritisAsync("errors", "list")).Should().Contain(image).And.Contain("2 in the error queue");
        (await KritisAsync("errors", "list")).Should().Contain("2 in the error queue", "a look takes nothing away");
        var id = (await KritisAsync("errors", "list", "--limit", "1")).Split(' ')[0];
        (await KritisAsync("errors", "drop", "--id", id)).Should().Contain("1 of 2 dropped");
        await UntilErrorsAsync(bus, 1);

        File.Move(key + ".away", key);
        (await KritisAsync("errors", "retry", "--all")).Should().Contain("1 of 1 retried");

        await UntilErrorsAsync(bus, 0);
        await Eventually.Async("it is admitted", () => Review.AdmitsAsync(Installation.Verifiers[0], image, Cancellation), Cancellation);
    }

    [Fact]
    public async Task G2_poison_keeps_no_push_waiting_and_is_kept_as_it_came()
    {
        await using var bus = await BusProbe.ConnectAsync(Installation.Broker, Cancellation);
        var header = new Dictionary<string, string> { [CloudEvent.TypeHeader] = MessageNames.ImagePushed };
        byte[][] poison =
        [
            "not json"u8.ToArray(),
            [0xff, 0xfe, 0x00],
            "{}"u8.ToArray(),
            "null"u8.ToArray(),
            "[]"u8.ToArray(),
            Encoding.UTF8.GetBytes(new string('[', 10_000)),
            """{"eventId":null,"image":null,"source":"x","receivedAt":"2026-11-24T00:00:00Z"}"""u8.ToArray(),
            JsonSerializer.SerializeToUtf8Bytes(Push() with { EventId = new string('e', 300_000) }, WireJson.Default.ImagePushed),
        ];
        foreach (var body in poison)
        {
            await bus.PublishAsync(MessageNames.ImagePushed, body, header, Cancellation);
        }

        await bus.PublishAsync(MessageNames.ImagePushed, JsonSerializer.SerializeToUtf8Bytes(Push(), WireJson.Default.ImagePushed), new Dictionary<string, string>(), Cancellation);
        using var layout = OciLayout.Image($"after poison {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{Installation.Registry.Address}/kritis-demo/after-poison:1", Cancellation);

        await Eventually.Async("what was pushed after it is admitted",
            () => Review.AdmitsAsync(Installation.Verifiers[0], Installation.Name("kritis-demo/after-poison", layout.Digest), Cancellation), Cancellation,
            () => Installation.Signers[0].Output);
        await UntilErrorsAsync(bus, (uint)poison.Length + 1);
        // More than a client takes that is not told to.
        await bus.PublishAsync(ErrorQueue, new byte[70 * 1024 * 1024], header, Cancellation);
        await UntilErrorsAsync(bus, (uint)poison.Length + 2);
        (await KritisAsync("errors")).Should().Contain("(no push)").And.Contain($"{poison.Length + 2} in the error queue");
        (await KritisAsync("errors", "drop", "--all")).Should().Contain($"{poison.Length + 2} of {poison.Length + 2} dropped");
        foreach (var signer in Installation.Signers)
        {
            (await signer.ReadinessAsync(Cancellation)).Should().Be("ready");
        }
    }

    [Fact]
    public async Task G2_a_push_whose_signer_ends_each_time_is_kept_in_the_error_queue_shown_with_the_reason_and_signed_when_retried()
    {
        foreach (var signer in Installation.Signers)
        {
            (await signer.StopAsync()).Should().BeTrue();
        }

        var image = await PushAsync("deadly");
        await using var connection = await new ConnectionFactory { Uri = Installation.Broker.Uri }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Cancellation);
        await channel.BasicPublishAsync(MessageNames.ImagePushed, "", mandatory: true, new BasicProperties
        {
            MessageId = "deadly-1",
            Headers = new Dictionary<string, object?> { [CloudEvent.TypeHeader] = MessageNames.ImagePushed },
        }, JsonSerializer.SerializeToUtf8Bytes(Push() with { EventId = "deadly", Image = Image.Parse(image) }, WireJson.Default.ImagePushed), Cancellation);

        await Eventually.Async("the push has come back so often that the broker gives it up", async () =>
        {
            if (await channel.BasicGetAsync(MessageNames.SigningQueue, autoAck: false, Cancellation) is { } push)
            {
                await channel.BasicNackAsync(push.DeliveryTag, multiple: false, requeue: true, Cancellation);
            }

            return await channel.MessageCountAsync(ErrorQueue, Cancellation) == 1;
        }, Cancellation);

        (await KritisAsync("errors", "list")).Should().Contain("deadly-1").And.Contain(image).And.Contain("event deadly").And.Contain("once").And.Contain("came back to the work queue too often");
        var listed = JsonDocument.Parse(await KritisAsync("errors", "list", "--output", "json")).RootElement;
        listed.GetProperty("count").GetInt32().Should().Be(1);
        listed.GetProperty("messages")[0].GetProperty("image").GetString().Should().Be(image);
        (await KritisCommand.EndAsync(Installation, Cancellation, "errors", "drop")).Should().Match<(int ExitCode, string Output)>(
            ended => ended.ExitCode == 1 && ended.Output.Contains("either --all or --id"), "to drop everything must be said");
        (await KritisAsync("errors", "retry", "--id", "deadly-1")).Should().Contain("1 of 1 retried");
        (await channel.MessageCountAsync(ErrorQueue, Cancellation)).Should().Be(0);
        (await channel.MessageCountAsync(MessageNames.SigningQueue, Cancellation)).Should().Be(1);

        var again = Installation.StartSigner("signer-again", Installation.Loopback("http"));
        await again.UntilReadyAsync(Cancellation);
        await AdmittedAsync(image);
    }

    private static ImagePushed Push() => new()
    {
        EventId = "e",
        Image = Image.Parse($"registry.example.com/x@sha256:{new string('a', 64)}"),
        Source = "distribution",
        ReceivedAt = TimeProvider.System.GetUtcNow(),
    };

    private Task<string> KritisAsync(params string[] arguments) => KritisCommand.RunAsync(Installation, Cancellation, arguments);

    private Task UntilErrorsAsync(BusProbe bus, uint count) => Eventually.Async($"{count} in the error queue",
        async () => await bus.CountAsync(ErrorQueue, Cancellation) == count, Cancellation, () => Installation.Signers[0].Output);
}
