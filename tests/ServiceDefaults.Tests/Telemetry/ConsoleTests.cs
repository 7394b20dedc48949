using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Kritis.Events.ServiceDefaults.Tests.Telemetry;

public sealed class ConsoleTests
{
    [Theory]
    [InlineData(null, ConsoleLoggerQueueFullMode.DropWrite)]
    [InlineData("Wait", ConsoleLoggerQueueFullMode.Wait)]
    public void A_line_for_whom_nobody_reads_standard_output_keeps_nobody_waiting_unless_it_is_asked_for(string? asked, ConsoleLoggerQueueFullMode expected)
    {
        string[] settings = asked is null ? [] : [$"--Logging:Console:QueueFullMode={asked}"];
        var builder = KritisService.CreateBuilder("verifier", ["--Bus:Uri=memory:", .. settings], "http://127.0.0.1:0");
        using var services = builder.Services.BuildServiceProvider();

        services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.QueueFullMode.Should().Be(expected);
    }
}
