using Kritis.Events.ServiceDefaults.Settings;
using Microsoft.Extensions.Configuration;

namespace Kritis.Events.ServiceDefaults.Tests.Settings;

/// <summary>A wrong setting is one line that names the key, what is wrong and what is expected.</summary>
public class SettingsTests
{
    [Theory]
    [InlineData(null, "Bus:Uri is missing; expected amqp://")]
    [InlineData("", "Bus:Uri is missing; expected amqp://")]
    [InlineData("localhost", "Bus:Uri is not a bus address; expected amqp://")]
    [InlineData("http://broker:5672", "Bus:Uri is not a bus address; expected amqp://")]
    public void A_bus_that_is_none_is_refused(string? uri, string expected)
    {
        var read = () => BusOptions.From(Configuration("Bus:Uri", uri));

        read.Should().Throw<SettingException>().Which.Message.Should().StartWith(expected).And.NotContain("\n");
    }

    [Theory]
    [InlineData("amqp://user:secret@broker:5672/vhost", false)]
    [InlineData("amqps://broker", false)]
    [InlineData("memory:", true)]
    public void A_bus_is_RabbitMQ_or_memory(string uri, bool inMemory) =>
        BusOptions.From(Configuration("Bus:Uri", uri)).InMemory.Should().Be(inMemory);

    [Fact]
    public void A_data_folder_that_cannot_be_made_is_refused()
    {
        var read = () => DataOptions.From(Configuration("Data:Path", "/proc/kritis"));

        read.Should().Throw<SettingException>().Which.Message.Should().StartWith("Data:Path '/proc/kritis' cannot be used");
    }

    [Fact]
    public async Task A_service_whose_settings_are_wrong_ends_with_one_line_and_no_stack_trace()
    {
        var error = Console.Error;
        using var told = new StringWriter();
        Console.SetError(told);
        try
        {
            (await KritisService.RunAsync(() => throw new SettingException("Bus:Uri", "is missing", "amqp://…"))).Should().Be(1);
        }
        finally
        {
            Console.SetError(error);
        }

        told.ToString().Trim().Should().Be("Bus:Uri is missing; expected amqp://…");
    }

    private static IConfiguration Configuration(string key, string? value) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();
}
