using Kritis.Events.Attestations.Log.RabbitMq;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using RabbitMQ.Client;

namespace Kritis.Events.EndToEnd.Delivery;

/// <summary>
/// A broker that was killed within half a second of its first stream's declaration knows the streams' names for ever and starts none of them.
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
        await LeaveOnlyNamesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("Signer", "http")]
    [InlineData("Verifier", "https")]
    public async Task A_service_says_what_to_do_about_streams_that_are_down_and_goes_on_once_their_names_are_deleted_as_the_page_says(string name, string scheme)
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

        var cure = await DocumentedCureAsync();
        foreach (var stream in new[] { MessageNames.AttestationLog, MessageNames.Restrictions, MessageNames.AuditTrail })
        {
            _ = await _broker.EvaluateAsync(cure.Replace("STREAM", stream, StringComparison.Ordinal), Cancellation);
        }

        await service.UntilReadyAsync(Cancellation, TimeSpan.FromMinutes(2));
        (await service.StopAsync()).Should().BeTrue();
    }

    private async Task LeaveOnlyNamesAsync()
    {
        await using (var connection = await new ConnectionFactory { Uri = _broker.Uri }.CreateConnectionAsync(Cancellation))
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation))
        {
            await BusTopology.DeclareAsync(channel, Cancellation);
        }

        await _broker.KillAsync();
        _broker.ForgetStreams();
        await _broker.RestartAsync(Cancellation);
    }

    private static async Task<string> DocumentedCureAsync()
    {
        const string Command = "rabbitmqctl eval '";
        var page = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "docs", "rabbitmq.md"), Cancellation);
        return page.Single(line => line.StartsWith(Command, StringComparison.Ordinal))[Command.Length..].TrimEnd('\'');
    }
}
