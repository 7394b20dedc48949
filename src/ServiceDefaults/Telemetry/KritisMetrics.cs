using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Kritis.Events.ServiceDefaults.Telemetry;

/// <summary>Metrics of the service, of MassTransit, of the web server and of the runtime, in Prometheus' text format at <c>/metrics</c>.</summary>
internal static class KritisMetrics
{
    public static WebApplicationBuilder AddKritisMetrics(this WebApplicationBuilder builder, string name)
    {
        _ = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("kritis-" + name))
            .WithMetrics(metrics => metrics
                .AddMeter("Kritis.Events.*", "MassTransit", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddPrometheusExporter());
        return builder;
    }
}
