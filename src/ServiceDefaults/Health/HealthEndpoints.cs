using Kritis.Events.Contracts;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;

namespace Kritis.Events.ServiceDefaults.Health;

/// <summary><c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>.</summary>
public static class HealthEndpoints
{
    /// <summary>The tag of checks that decide whether traffic may be sent.</summary>
    public const string Ready = "kritis-ready";

    /// <summary>
    /// Maps <c>GET /healthz</c> (the process answers), <c>GET /readyz</c> (it may be sent traffic; 503 with one line a reason
    /// otherwise) and <c>GET /metrics</c> (Prometheus).
    /// </summary>
    public static WebApplication MapKritisDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // The checks ask for the bus, and /metrics for this: either takes a good part of the start, and neither needs the other.
        var metrics = new Ahead<MeterProvider>(app.Services.GetRequiredService<MeterProvider>);
        _ = app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = (context, _) => context.Response.WriteAsync("alive\n") });
        _ = app.MapHealthChecks("/readyz", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(Ready),
            ResponseWriter = WriteAsync,
            // A bus whose broker is away calls itself degraded only; a signer in that state can take nothing in.
            ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable },
        });
        // What kept it from being made is thrown here: asked again, its library tells something else.
        _ = metrics.Value;
        _ = app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    internal static IServiceCollection AddKritisHealth(this IServiceCollection services)
    {
        _ = services.AddHealthChecks();
        return services;
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        var lines = report.Entries
            .Where(entry => entry.Value.Status != HealthStatus.Healthy)
            .Select(entry => $"{entry.Key}: {entry.Value.Description}\n");
        return context.Response.WriteAsync(report.Status == HealthStatus.Healthy ? "ready\n" : string.Concat(lines), context.RequestAborted);
    }
}
