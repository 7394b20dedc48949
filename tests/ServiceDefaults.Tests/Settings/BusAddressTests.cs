using Kritis.Events.ServiceDefaults.Settings;
using Microsoft.Extensions.Configuration;

namespace Kritis.Events.ServiceDefaults.Tests.Settings;

/// <summary>What <c>Bus:Uri</c> and <c>Bus:Tls</c> may be.</summary>
public class BusAddressTests
{
    private const string Pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

    [Theory]
    [InlineData("amqp://broker", "amqp://broker:5672/", "guest", "guest", "/")]
    [InlineData("amqps://broker", "amqps://broker:5671/", "guest", "guest", "/")]
    [InlineData("AMQPS://broker/", "amqps://broker:5671/", "guest", "guest", "/")]
    [InlineData("amqp://u:p@broker:1/v", "amqp://broker:1/v", "u", "p", "v")]
    [InlineData("amqp://u@broker", "amqp://broker:5672/", "u", "", "/")]
    [InlineData("amqps://user:pw@a:5671,b,c:65535/vhost", "amqps://a:5671,b:5671,c:65535/vhost", "user", "pw", "vhost")]
    [InlineData("amqp://u%40x:p%2F%40%3A%2C%23%3F%25@a,b/%2Fprod", "amqp://a:5672,b:5672/%2Fprod", "u@x", "p/@:,#?%", "/prod")]
    [InlineData("amqp://u:p:q,r@a@b", "amqp://b:5672/", "u", "p:q,r@a", "/")]
    [InlineData("amqp://[::1]:5673,127.0.0.1", "amqp://[::1]:5673,127.0.0.1:5672/", "guest", "guest", "/")]
    public void Hosts_user_and_virtual_host_are_read_and_shown_without_the_password(
        string text, string shown, string userName, string password, string virtualHost)
    {
        var address = BusAddress.Parse(text);

        address.ToString().Should().Be(shown);
        (address.UserName, address.Password, address.VirtualHost).Should().Be((userName, password, virtualHost));
        address.InMemory.Should().BeFalse();
    }

    [Theory]
    [InlineData("amqp://")]
    [InlineData("amqp:///vhost")]
    [InlineData("amqp://s3cret@")]
    [InlineData("amqp://:s3cret@host")]
    [InlineData("amqp://u:s3cret@a,,b")]
    [InlineData("amqp://u:s3cret@a,")]
    [InlineData("amqp://u:s3cret@a:0")]
    [InlineData("amqp://u:s3cret@a:65536")]
    [InlineData("amqp://u:s3cret@a:+1")]
    [InlineData("amqp://u:s3cret@a:1:2")]
    [InlineData("amqp://u:s3cret@a b")]
    [InlineData("amqp://u:s3cret@[::1")]
    [InlineData("amqp://u:s3c/ret@a")]
    [InlineData("amqp://u:s3c?ret@a")]
    [InlineData("amqp://u:s3cret@a/v?heartbeat=5")]
    [InlineData("amqp://u:s3cret@a/v/w")]
    [InlineData("amqp://u:s3cret@a\n")]
    [InlineData("http://u:s3cret@a")]
    [InlineData("amqp:u:s3cret@a")]
    public void An_address_that_is_none_is_refused_in_one_line_without_a_part_of_it(string text)
    {
        var read = () => BusOptions.From(Configuration(("Bus:Uri", text + (text.EndsWith('\n') ? "x y" : ""))));

        var message = read.Should().Throw<SettingException>().Which.Message;
        message.Should().StartWith("Bus:Uri ").And.Contain("; expected amqp://").And.NotContain("s3c").And.NotContain("ret@").And.NotContain("\n");
    }

    [Fact]
    public void Options_that_are_printed_do_not_show_the_password() =>
        BusOptions.From(Configuration(("Bus:Uri", "amqp://u:s3cret@a"))).ToString().Should().NotContain("s3cret");

    [Fact]
    public void Files_for_TLS_are_refused_where_there_is_none_or_half_of_them_is_missing()
    {
        Refusal(("Bus:Uri", "amqp://a"), ("Bus:Tls:CaFile", "/ca.pem")).Should().Be("Bus:Tls is set for a Bus:Uri without TLS; expected amqps://… in Bus:Uri");
        Refusal(("Bus:Uri", "memory:"), ("Bus:Tls:CaFile", "/ca.pem")).Should().StartWith("Bus:Tls is set");
        Refusal(("Bus:Uri", "amqps://a"), ("Bus:Tls:CertificateFile", "/c.pem")).Should().StartWith("Bus:Tls:KeyFile is missing");
        Refusal(("Bus:Uri", "amqps://a"), ("Bus:Tls:KeyFile", "/k.pem")).Should().StartWith("Bus:Tls:CertificateFile is missing");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate")]
    [InlineData(Pem)]
    public void A_file_that_holds_no_certificate_is_refused_by_its_setting(string content)
    {
        using var folder = new ServerFolder("bus-tls");
        var file = folder.Write("a.pem", content);

        Refusal(("Bus:Uri", "amqps://a"), ("Bus:Tls:CaFile", file)).Should().StartWith($"Bus:Tls:CaFile '{file}' cannot be used (").And.NotContain("\n");
        Refusal(("Bus:Uri", "amqps://a"), ("Bus:Tls:CaFile", folder.File("missing"))).Should().StartWith("Bus:Tls:CaFile ");
        Refusal(("Bus:Uri", "amqps://a"), ("Bus:Tls:CertificateFile", file), ("Bus:Tls:KeyFile", file)).Should().StartWith("Bus:Tls:CertificateFile ");
    }

    private static string Refusal(params (string Key, string Value)[] settings)
    {
        var read = () => BusOptions.From(Configuration(settings));
        return read.Should().Throw<SettingException>().Which.Message;
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)))
        .Build();
}
