using System.Text.Json;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using RabbitMQ.Client;

namespace Kritis.Events.EndToEnd.Delivery;

/// <summary>A push that comes back again and again, as one does that ends its signer.</summary>
public class DeadLetterTests : IAsyncLifetime
{
    private readonly Installation _installation = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _installation.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _installation.DisposeAsync();
    }

    [Fact]
    public async Task G2_a_push_whose_signer_ends_each_time_is_kept_in_the_error_queue_shown_with_the_reason_and_signed_when_retried()
    {
        using var layout = OciLayout.Image($"deadly {Guid.NewGuid()}");
        foreach (var signer in _installation.Signers)
        {
            (await signer.StopAsync()).Should().BeTrue();
        }

        await Skopeo.PushAsync(layout, $"{_installation.Registry.Address}/kritis-demo/deadly:1", Cancellation);
        var image = _installation.Name("kritis-demo/deadly", layout.Digest);
        await using var connection = await new ConnectionFactory { Uri = _installation.Broker.Uri }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Cancellation);
        await channel.BasicPublishAsync(MessageNames.ImagePushed, "", mandatory: true, new BasicProperties
        {
            MessageId = "deadly-1",
            Headers = new Dictionary<string, object?> { [CloudEvent.TypeHeader] = MessageNames.ImagePushed },
        }, JsonSerializer.SerializeToUtf8Bytes(Push(image), WireJson.Default.ImagePushed), Cancellation);

        await Eventually.Async("the push has come back so often that the broker gives it up", async () =>
        {
            if (await channel.BasicGetAsync(MessageNames.SigningQueue, autoAck: false, Cancellation) is { } push)
            {
                await channel.BasicNackAsync(push.DeliveryTag, multiple: false, requeue: true, Cancellation);
            }

            return await channel.MessageCountAsync(MessageNames.SigningErrors, Cancellation) == 1;
        }, Cancellation);

        (await KritisAsync("errors", "list")).Should().Contain("deadly-1").And.Contain(image).And.Contain("event deadly").And.Contain("once").And.Contain("came back to the work queue too often");
        var listed = JsonDocument.Parse(await KritisAsync("errors", "list", "--output", "json")).RootElement;
        listed.GetProperty("count").GetInt32().Should().Be(1);
        listed.GetProperty("messages")[0].GetProperty("image").GetString().Should().Be(image);
        (await KritisCommand.EndAsync(_installation, Cancellation, "errors", "drop")).Should().Match<(int ExitCode, string Output)>(
            ended => ended.ExitCode == 1 && ended.Output.Contains("either --all or --id"), "to drop everything must be said");
        (await KritisAsync("errors", "retry", "--id", "deadly-1")).Should().Contain("1 of 1 retried");
        (await channel.MessageCountAsync(MessageNames.SigningErrors, Cancellation)).Should().Be(0);
        (await channel.MessageCountAsync(MessageNames.SigningQueue, Cancellation)).Should().Be(1);

        var again = _installation.StartSigner("signer-again", Installation.Loopback("http"));
        await again.UntilReadyAsync(Cancellation);
        foreach (var verifier in _installation.Verifiers)
        {
            await Eventually.Async("it is admitted", () => Review.AdmitsAsync(verifier, image, Cancellation), Cancellation, () => again.Output);
        }
    }

    private static ImagePushed Push(string image) => new()
    {
        EventId = "deadly",
        Image = Image.Parse(image),
        Tag = "1",
        Source = "distribution",
        ReceivedAt = TimeProvider.System.GetUtcNow(),
    };

    private Task<string> KritisAsync(params string[] arguments) => KritisCommand.RunAsync(_installation, Cancellation, arguments);
}
