namespace Kritis.Events.ServiceDefaults.Telemetry;

/// <summary>One line a log entry, UTC, with what the framework says only where it warns.</summary>
internal static class KritisLogging
{
    public static WebApplicationBuilder AddKritisLogging(this WebApplicationBuilder builder)
    {
        // Request logging of ASP.NET Core writes query strings, and a registry may have to send its token in one.
        _ = builder.Logging
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information)
            .AddFilter("System", LogLevel.Warning)
            .AddFilter("MassTransit", LogLevel.Warning);
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
