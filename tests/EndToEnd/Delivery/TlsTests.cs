using System.Globalization;
using System.Net;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.ServiceDefaults.Bus;
using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.Servers;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Kritis.Events.EndToEnd.Delivery;

/// <summary>A broker that takes connections with TLS, and only from those who show a certificate.</summary>
public class TlsTests : IAsyncLifetime
{
    private readonly ServerFolder _folder = new("bus-tls");
    private readonly TestAuthority _authority = new("authority of the broker");
    private readonly TestAuthority _between;
    private readonly TestAuthority _other = new("other");
    private readonly int _port = FreePorts.Next();
    private RabbitMqServer _broker = null!;

    public TlsTests() => _between = new TestAuthority("authority of the services", _authority);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder.Write("ca.pem", _other.Certificate + "\n" + _authority.Certificate);
        _folder.Write("other.pem", _other.Certificate);
        var client = _between.Client("kritis", "services");
        // The broker knows the authority at the top only.
        _folder.Write("client.pem", client.Certificate + "\n" + _between.Certificate);
        _folder.Write("client.key", client.Key);
        _folder.Write("resources/a.yaml", """
            apiVersion: kritis.events/v1alpha1
            kind: Registry
            metadata: { name: main }
            spec: { host: registry.example.com }

            """);
        // The certificate is for the address, not for the name that leads to the same listener.
        _broker = await RabbitMqServer.StartAsync(_port, _authority.Server("broker", [], [IPAddress.Loopback]), _authority.Certificate, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _broker.DisposeAsync();
        _between.Dispose();
        _authority.Dispose();
        _other.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("Signer", "http")]
    [InlineData("Verifier", "https")]
    public async Task A_service_finds_the_node_that_answers_and_shows_its_certificate(string name, string scheme)
    {
        await using var service = ServiceProcess.Start(name, Installation.Assembly(name), Installation.Loopback(scheme), new Dictionary<string, string>(Settings("127.0.0.1", "ca.pem"))
        {
            ["Resources:Path"] = _folder.File("resources"),
            ["Data:Path"] = _folder.File(name),
        });

        await service.UntilReadyAsync(Cancellation);
    }

    [Fact]
    public async Task A_renewed_file_is_taken_up_by_the_next_connection_and_a_lost_one_is_told_like_a_broker_that_is_away()
    {
        var file = _folder.Write("renewed.pem", _other.Certificate);
        var factory = BrokerClient.Factory(Bus(Settings("127.0.0.1", "renewed.pem")));
        (await ConnectAsync(factory)).Should().BeFalse("another authority issued it");

        _folder.Write("renewed.pem", _authority.Certificate);
        (await ConnectAsync(factory)).Should().BeTrue();

        File.Delete(file);
        (await FluentActions.Awaiting(() => factory.CreateConnectionAsync(Cancellation)).Should().ThrowAsync<BrokerUnreachableException>())
            .Which.GetBaseException().Message.Should().StartWith("Bus:Tls:CaFile ").And.Contain(file);
    }

    [Fact]
    public async Task G3_a_broker_whose_certificate_is_for_another_name_or_from_another_authority_is_none_and_a_client_without_one_is_sent_away()
    {
        (await ConnectAsync(Settings("127.0.0.1", "ca.pem"))).Should().BeTrue("this is how it works");

        (await ConnectAsync(Settings("localhost", "ca.pem"))).Should().BeFalse("the certificate is not for that name");
        (await ConnectAsync(Settings("127.0.0.1", "other.pem"))).Should().BeFalse("another authority issued it");
        (await ConnectAsync(Settings("127.0.0.1", ca: null))).Should().BeFalse("no authority of this machine issued it");
        var nobody = Settings("127.0.0.1", "ca.pem").Where(setting => setting.Key is not ("Bus:Tls:CertificateFile" or "Bus:Tls:KeyFile"));
        (await ConnectAsync(nobody)).Should().BeFalse("the broker wants a certificate");
    }

    private static BusOptions Bus(IEnumerable<KeyValuePair<string, string>> settings) =>
        BusOptions.From(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());

    private static Task<bool> ConnectAsync(IEnumerable<KeyValuePair<string, string>> settings) => ConnectAsync(BrokerClient.Factory(Bus(settings)));

    private static async Task<bool> ConnectAsync(ConnectionFactory factory)
    {
        try
        {
            await using var connection = await factory.CreateConnectionAsync(Cancellation);
            return connection.IsOpen;
        }
        catch (BrokerUnreachableException)
        {
            return false;
        }
    }

    private Dictionary<string, string> Settings(string host, string? ca)
    {
        var settings = new Dictionary<string, string>
        {
            // Nobody listens at the first.
            ["Bus:Uri"] = string.Create(CultureInfo.InvariantCulture, $"amqps://guest:guest@{host}:{FreePorts.Next()},{host}:{_port}/"),
            ["Bus:Tls:CertificateFile"] = _folder.File("client.pem"),
            ["Bus:Tls:KeyFile"] = _folder.File("client.key"),
        };
        if (ca is not null)
        {
            settings["Bus:Tls:CaFile"] = _folder.File(ca);
        }

        return settings;
    }
}
