using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Kritis.Events.ServiceDefaults.Telemetry;

/// <summary>Metrics of the service, of MassTransit, of the web server and of the runtime, in Prometheus' text format at <c>/metrics</c>.</summary>
internal static class KritisMetrics
{
    // Room for every series that may come is taken at once, 72 bytes each: with the library's 2,000 for each of 72 metrics that was two thirds of a service's heap.
    private const int MostSeries = 200;

    // Violations have 500 pairs of namespace and policy.
    private const int MostOwnSeries = 600;

    public static WebApplicationBuilder AddKritisMetrics(this WebApplicationBuilder builder, string name)
    {
        _ = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("kritis-" + name))
            .WithMetrics(metrics => metrics
                .AddMeter("Kritis.Events.*", "MassTransit", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddView(instrument => new MetricStreamConfiguration { CardinalityLimit = Most(instrument.Meter) })
                .AddPrometheusExporter());
        return builder;
    }

    private static int Most(Meter meter) => meter.Name.StartsWith("Kritis.Events", StringComparison.Ordinal) ? MostOwnSeries : MostSeries;
}
