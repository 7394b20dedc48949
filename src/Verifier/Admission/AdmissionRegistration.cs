using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.Verifier.Admission.Journal;
using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Policies;
using Kritis.Events.Verifier.Tls.Callers;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Adds the webhook, or its decisions alone.</summary>
internal static class AdmissionRegistration
{
    public static IServiceCollection AddAdmission(this IServiceCollection services, IConfiguration configuration)
    {
        _ = services.AddDecisions(configuration);
        _ = services.AddSingleton(AdmissionOptions.From(configuration));
        _ = services.AddSingleton<AdmissionMetrics>();
        _ = services.AddSingleton<PatientDecider>();
        _ = services.AddSingleton<AdmissionEndpoint>();
        _ = services.AddSingleton<IDecisionPublisher>(provider => provider.GetRequiredService<BusOptions>().InMemory
            ? ActivatorUtilities.CreateInstance<MassTransitPublisher>(provider)
            : ActivatorUtilities.CreateInstance<RabbitMqPublisher>(provider));
        _ = services.AddSingleton<DecisionJournal>();
        // An activity for each request costs as much as deciding it, and nothing here listens; what fails is logged by the web server itself.
        _ = services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None));
        return services.AddHostedService(provider => provider.GetRequiredService<DecisionJournal>());
    }

    /// <summary>Adds what decides, without what answers and tells of it: <c>kritis explain</c> decides with this very code.</summary>
    public static IServiceCollection AddDecisions(this IServiceCollection services, IConfiguration configuration)
    {
        _ = services.AddSingleton(ClusterOptions.From(configuration));
        _ = services.AddSingleton<ClusterPolicies>();
        _ = services.AddSingleton<NamespaceLabels>();
        _ = services.AddSingleton<RecentPushes>();
        _ = services.AddSingleton<AttestationArrivals>();
        return services.AddSingleton<AdmissionDecider>();
    }

    public static void MapAdmission(this IEndpointRouteBuilder endpoints)
    {
        var endpoint = endpoints.ServiceProvider.GetRequiredService<AdmissionEndpoint>();
        var callers = endpoints.ServiceProvider.GetRequiredService<KnownCallers>();
        _ = endpoints.MapPost(AdmissionEndpoint.Path, callers.Only(endpoint.HandleAsync));
    }
}
