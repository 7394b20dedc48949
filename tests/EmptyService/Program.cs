using MassTransit;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kritis.Events.EmptyService;

/// <summary>
/// ASP.NET Core with MassTransit on RabbitMQ and nothing else, as their documentation begins: less than this no service of that make can be. Settings:
/// <c>urls</c>, <c>Bus:Uri</c>, and <c>Consumer=true</c> for one consumer on a quorum queue.
/// </summary>
internal static class Program
{
    public static async Task Main(string[] args)
    {
        // Settings files are watched with all folders below theirs, which is to be an empty service's own and not whatever it is started in.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        _ = builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var broker = new Uri(builder.Configuration["Bus:Uri"] ?? throw new InvalidOperationException("Bus:Uri is missing; expected amqp://user:password@host:port/"));
        _ = builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            if (builder.Configuration.GetValue<bool>("Consumer"))
            {
                _ = bus.AddConsumer<NothingConsumer>();
            }

            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(broker);
                rabbit.ConfigureEndpoints(context);
            });
        });
        await using var app = builder.Build();
        _ = app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
        // The bus is its only check, and calls itself degraded until it is connected.
        _ = app.MapHealthChecks("/readyz", new HealthCheckOptions { ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable } });
        _ = app.MapGet("/metrics", context => context.Response.WriteAsync(GarbageCollection.Metrics(), context.RequestAborted));
        await app.RunAsync();
    }
}
