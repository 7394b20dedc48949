using Kritis.Events.Signer.Intake;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Tests.Intake;

public sealed class IntakeOptionsTests
{
    [Theory]
    [InlineData("urls", "http://0.0.0.0:8080")]
    [InlineData("urls", "http://*:8080")]
    [InlineData("urls", "http://+:8080")]
    [InlineData("urls", "http://[::]:8080")]
    [InlineData("urls", "http://10.1.2.3:8080")]
    [InlineData("urls", "http://signer.example:8080")]
    [InlineData("urls", "http://localhost.example:8080")]
    [InlineData("urls", "http://127.0.0.1:8080;http://0.0.0.0:8081")]
    [InlineData("urls", "http://127.0.0.1.example:8080")]
    [InlineData("urls", "nonsense")]
    [InlineData("http_ports", "8080")]
    [InlineData("https_ports", "8443")]
    [InlineData("Kestrel:Endpoints:Web:Url", "http://*:8080")]
    public async Task Without_a_token_an_address_beyond_loopback_stops_the_start_with_one_line(string key, string value)
    {
        var start = async () => await IntakeHost.StartAsync(null, ("urls", ""), ("Intake:Token", " "), (key, value));
        var message = (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message;
        message.Should().StartWith("Intake:Token is missing").And.Contain("expected a secret").And.NotContain("\n");
    }

    [Theory]
    [InlineData("urls", "")]
    [InlineData("urls", "http://localhost:8080")]
    [InlineData("urls", "http://LOCALHOST:8080;https://127.0.0.1:8081")]
    [InlineData("urls", "http://127.8.9.10:8080")]
    [InlineData("urls", "http://[::1]:8080")]
    [InlineData("urls", "http://unix:/run/kritis.sock")]
    [InlineData("Kestrel:Endpoints:Web:Url", "http://127.0.0.1:8080")]
    public void Loopback_needs_no_token(string key, string value) =>
        Validate(new IntakeOptions(), (key, value)).Succeeded.Should().BeTrue();

    [Fact]
    public void Urls_take_the_place_of_ports() =>
        Validate(new IntakeOptions(), ("urls", "http://127.0.0.1:1"), ("http_ports", "8080")).Succeeded.Should().BeTrue();

    [Fact]
    public void With_a_token_every_address_will_do() =>
        Validate(new IntakeOptions { Token = "short" }, ("urls", "http://*:8080")).Succeeded.Should().BeTrue();

    [Fact]
    public void Without_a_token_a_request_over_another_address_is_refused_whatever_the_settings_said()
    {
        var token = new IntakeToken(Options.Create(new IntakeOptions()));
        var context = new DefaultHttpContext { Connection = { LocalIpAddress = System.Net.IPAddress.Parse("10.1.2.3") } };
        token.ProblemOf(context).Should().Contain("Intake:Token");
        context.Connection.LocalIpAddress = System.Net.IPAddress.Parse("::ffff:127.0.0.1");
        token.ProblemOf(context).Should().BeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_000_000)]
    public void A_body_limit_out_of_range_is_refused(int bytes) =>
        Validate(new IntakeOptions { MaxBodyBytes = bytes }).FailureMessage.Should().Contain($"Intake:MaxBodyBytes is {bytes}: expected 1024 to 16777216");

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(301)]
    public void A_timeout_out_of_range_is_refused(int seconds)
    {
        var value = TimeSpan.FromSeconds(seconds);
        Validate(new IntakeOptions { PublishTimeout = value }).FailureMessage.Should().Contain("Intake:PublishTimeout");
        Validate(new IntakeOptions { ReadTimeout = value }).FailureMessage.Should().Contain("Intake:ReadTimeout");
    }

    private static ValidateOptionsResult Validate(IntakeOptions options, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        return new IntakeOptionsValidator(configuration).Validate(null, options);
    }
}
