using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using RabbitMQ.Client;

namespace Kritis.Events.EndToEnd.Delivery;

/// <summary>
/// A broker that was killed within half a second of its first stream's declaration knows the stream's name for ever and does not start it.
/// </summary>
public sealed class DownQueueTests : IAsyncLifetime
{
    private readonly ServerFolder _folder = new("down");
    private RabbitMqServer _broker = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder.Write("resources/a.yaml", """
            apiVersion: kritis.events/v1alpha1
            kind: Registry
            metadata: { name: main }
            spec: { host: registry.example.com }

            """);
        _broker = await RabbitMqServer.StartAsync(Cancellation);
        await LeaveOnlyTheNameAsync(MessageNames.AttestationLog);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("Signer", "http")]
    [InlineData("Verifier", "https")]
    public async Task A_service_says_what_to_do_about_a_stream_that_is_down_and_goes_on_once_its_name_is_deleted_as_the_page_says(string name, string scheme)
    {
        await using var service = ServiceProcess.Start(name, Installation.Assembly(name), Installation.Loopback(scheme), new Dictionary<string, string>
        {
            ["Bus:Uri"] = _broker.Uri.ToString(),
            ["Resources:Path"] = _folder.File("resources"),
            ["Data:Path"] = _folder.File("data"),
        });

        await Eventually.Async("the service says that the stream is down", async () =>
            (await service.ReadinessAsync(Cancellation)).Contains($"'{MessageNames.AttestationLog}' in vhost"), Cancellation, () => service.Output);
        (await service.ReadinessAsync(Cancellation)).Should().Contain("is down or inaccessible").And.Contain("docs/rabbitmq.md says under 'A queue that is down'");

        _ = await _broker.EvaluateAsync(await DocumentedCureAsync(), Cancellation);
        await service.UntilReadyAsync(Cancellation, TimeSpan.FromMinutes(2));
        (await service.StopAsync()).Should().BeTrue();
    }

    private async Task LeaveOnlyTheNameAsync(string stream)
    {
        await using (var connection = await new ConnectionFactory { Uri = _broker.Uri }.CreateConnectionAsync(Cancellation))
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation))
        {
            _ = await channel.QueueDeclareAsync(
                stream, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "stream" }, cancellationToken: Cancellation);
        }

        await _broker.KillAsync();
        _broker.ForgetRaftMembers();
        await _broker.RestartAsync(Cancellation);
    }

    private static async Task<string> DocumentedCureAsync()
    {
        const string Command = "rabbitmqctl eval '";
        var page = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "docs", "rabbitmq.md"), Cancellation);
        return page.Single(line => line.StartsWith(Command, StringComparison.Ordinal))[Command.Length..].TrimEnd('\'');
    }
}
