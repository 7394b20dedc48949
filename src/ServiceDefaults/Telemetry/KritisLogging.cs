using Kritis.Events.ServiceDefaults.Telemetry.Lines;
using Microsoft.Extensions.Logging.Console;

namespace Kritis.Events.ServiceDefaults.Telemetry;

/// <summary>One line a log entry, UTC, with what the framework says only where it warns.</summary>
internal static class KritisLogging
{
    public static WebApplicationBuilder AddKritisLogging(this WebApplicationBuilder builder)
    {
        var start = new StartPhase();
        _ = builder.Services.AddHostedService(_ => start);

        // Request logging of ASP.NET Core writes query strings, and a registry may have to send its token in one.
        _ = builder.Logging
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => start.IsOver && level >= LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            .AddFilter("MassTransit", level => level >= (start.IsOver ? LogLevel.Warning : LogLevel.Error));
        return HasConsoleOfItsOwn(builder.Configuration) ? builder.AddConsole() : builder.AddLines();
    }

    /// <summary>A person at a terminal gets colours, and whoever set up the framework's console gets that.</summary>
    private static bool HasConsoleOfItsOwn(ConfigurationManager configuration) =>
        !Console.IsOutputRedirected
        || configuration["Logging:Console:FormatterName"] is not null
        || configuration["Logging:Console:QueueFullMode"] is not (null or nameof(ConsoleLoggerQueueFullMode.DropWrite));

    private static WebApplicationBuilder AddLines(this WebApplicationBuilder builder)
    {
        var console = builder.Services.First(service => service.ImplementationType == typeof(ConsoleLoggerProvider));
        _ = builder.Services.Remove(console);
        _ = builder.Services.AddSingleton<ILoggerProvider>(provider => new LineLoggerProvider(provider.GetRequiredService<TimeProvider>()));
        return builder;
    }

    private static WebApplicationBuilder AddConsole(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["Logging:Console:QueueFullMode"] is null)
        {
            // Whoever reads standard output may stop reading; an admission must not wait for its line. What is left out is counted in the log.
            _ = builder.Services.Configure<ConsoleLoggerOptions>(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        }

        if (builder.Configuration["Logging:Console:FormatterName"] is null)
        {
            _ = builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            });
        }

        return builder;
    }
}
