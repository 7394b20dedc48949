using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using RabbitMQ.Client;

namespace Kritis.Events.EndToEnd.Delivery;

/// <summary>What stands in a queue's or an exchange's place is told, and neither changed nor waited for without a word.</summary>
public class DifferingTopologyTests : IAsyncLifetime
{
    private const string Registry = """
        apiVersion: kritis.events/v1alpha1
        kind: Registry
        metadata: { name: main }
        spec: { host: registry.example.com }

        """;

    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };
    private readonly ServerFolder _folder = new("differing");
    private RabbitMqServer _broker = null!;
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder.Write("resources/a.yaml", Registry);
        _broker = await RabbitMqServer.StartAsync(Cancellation);
        _connection = await new ConnectionFactory { Uri = _broker.Uri }.CreateConnectionAsync(Cancellation);
        _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<string, bool, string> Queues => new()
    {
        { MessageNames.SigningQueue, false, "x-dead-letter-exchange" },
        { MessageNames.SigningQueue, true, "x-dead-letter-exchange" },
        { MessageNames.SigningErrors, false, "x-queue-type" },
        { MessageNames.SigningErrors, true, "x-delivery-limit" },
    };

    [Theory]
    [MemberData(nameof(Queues))]
    public async Task A_signer_that_finds_another_queue_says_what_differs_stops_when_asked_to_and_goes_on_once_it_is_put_right(string queue, bool quorum, string argument)
    {
        _ = await _channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, quorum ? Quorum : null, cancellationToken: Cancellation);
        await _channel.BasicPublishAsync("", queue, mandatory: true, new byte[] { 1 }, Cancellation);
        await using var stopped = Start("Signer", "http");
        await using var waiting = Start("Signer", "http");

        foreach (var signer in new[] { stopped, waiting })
        {
            await Eventually.Async("the signer says what differs", async () =>
                (await signer.ReadinessAsync(Cancellation)).Contains("queues: a queue or exchange on"), Cancellation, () => signer.Output);
            (await signer.ReadinessAsync(Cancellation)).Should().Contain($"'{queue}'").And.Contain($"'{argument}").And.Contain("nothing was changed").And.Contain("docs/rabbitmq.md");
            signer.Output.Should().Contain("differs from what this release declares").And.NotContain("guest:guest");
        }

        (await stopped.StopAsync()).Should().BeTrue("it ends when asked to");
        (await _channel.MessageCountAsync(queue, Cancellation)).Should().Be(1, "nothing was changed");
        _ = await _channel.QueueDeleteAsync(queue, cancellationToken: Cancellation);
        await waiting.UntilReadyAsync(Cancellation, TimeSpan.FromMinutes(2));
        (await waiting.StopAsync()).Should().BeTrue();
    }

    [Theory]
    [InlineData("Signer", "http", MessageNames.AttestationCreated)]
    [InlineData("Signer", "http", MessageNames.SigningErrors)]
    [InlineData("Verifier", "https", MessageNames.AttestationCreated)]
    public async Task A_service_that_finds_another_exchange_says_what_differs_and_stops_when_asked_to(string name, string scheme, string exchange)
    {
        await _channel.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true, cancellationToken: Cancellation);
        await using var service = Start(name, scheme);

        await Eventually.Async("the service says what differs", async () =>
            (await service.ReadinessAsync(Cancellation)).Contains($"inequivalent arg 'type' for exchange '{exchange}'"), Cancellation, () => service.Output);

        (await service.ReadinessAsync(Cancellation)).Should().Contain("received 'fanout' but current is 'topic'").And.Contain("docs/rabbitmq.md");
        (await service.StopAsync()).Should().BeTrue("it ends when asked to");
    }

    [Fact]
    public async Task A_signer_whose_sign_in_is_refused_says_so_without_its_password()
    {
        await using var signer = Start("Signer", "http", $"amqp://guest:s3cret@127.0.0.1:{_broker.Port}");

        await Eventually.Async("the signer says why it waits", async () =>
            (await signer.ReadinessAsync(Cancellation)).Contains("ACCESS_REFUSED"), Cancellation, () => signer.Output);

        (await signer.ReadinessAsync(Cancellation)).Should().Contain($"amqp://127.0.0.1:{_broker.Port}/").And.NotContain("s3cret");
        signer.Output.Should().Contain("ACCESS_REFUSED").And.NotContain("s3cret");
        (await signer.StopAsync()).Should().BeTrue("it ends when asked to");
    }

    private ServiceProcess Start(string name, string scheme, string? bus = null) => ServiceProcess.Start(name, Installation.Assembly(name), Installation.Loopback(scheme), new Dictionary<string, string>
    {
        ["Bus:Uri"] = bus ?? _broker.Uri.ToString(),
        ["Resources:Path"] = _folder.File("resources"),
        ["Data:Path"] = _folder.File("data"),
    });
}
