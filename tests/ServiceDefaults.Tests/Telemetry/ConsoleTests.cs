using Kritis.Events.ServiceDefaults.Telemetry.Lines;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Kritis.Events.ServiceDefaults.Tests.Telemetry;

public sealed class ConsoleTests
{
    [Theory]
    [InlineData("--Logging:Console:QueueFullMode=DropWrite")]
    [InlineData("--Logging:Console:LogLevel:Default=Error")]
    public void A_service_whose_output_is_redirected_writes_lines_in_batches(string setting)
    {
        using var services = Services(setting);

        services.GetServices<ILoggerProvider>().Should().ContainSingle(provider => provider is LineLoggerProvider || provider is ConsoleLoggerProvider)
            .Which.Should().BeOfType<LineLoggerProvider>();
    }

    [Theory]
    [InlineData("--Logging:Console:QueueFullMode=Wait", ConsoleLoggerQueueFullMode.Wait)]
    [InlineData("--Logging:Console:FormatterName=json", ConsoleLoggerQueueFullMode.DropWrite)]
    public void Whoever_sets_up_the_frameworks_console_gets_it_and_nobody_waits_for_a_line_unless_it_is_asked_for(string setting, ConsoleLoggerQueueFullMode expected)
    {
        using var services = Services(setting);

        services.GetServices<ILoggerProvider>().Should().ContainSingle(provider => provider is LineLoggerProvider || provider is ConsoleLoggerProvider)
            .Which.Should().BeOfType<ConsoleLoggerProvider>();
        services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.QueueFullMode.Should().Be(expected);
    }

    [Fact]
    public void The_levels_of_lines_are_set_as_those_of_the_console()
    {
        var builder = Builder("--Logging:Console:LogLevel:Default=Error");

        // Another one, for the runtime's events, takes every level.
        foreach (var other in builder.Services.Where(service => service.ServiceType == typeof(ILoggerProvider) && service.ImplementationType is not null).ToArray())
        {
            _ = builder.Services.Remove(other);
        }

        using var services = builder.Services.BuildServiceProvider();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Kritis.Events.Some");

        logger.IsEnabled(LogLevel.Error).Should().BeTrue();
        logger.IsEnabled(LogLevel.Warning).Should().BeFalse();
    }

    private static ServiceProvider Services(string setting) => Builder(setting).Services.BuildServiceProvider();

    private static WebApplicationBuilder Builder(string setting) =>
        KritisService.CreateBuilder("verifier", ["--Bus:Uri=memory:", setting], "http://127.0.0.1:0");
}
