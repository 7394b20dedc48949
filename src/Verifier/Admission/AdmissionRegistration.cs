using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Policies;
using Kritis.Events.Verifier.Tls.Callers;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Adds the webhook.</summary>
internal static class AdmissionRegistration
{
    public static IServiceCollection AddAdmission(this IServiceCollection services, IConfiguration configuration)
    {
        _ = services.AddSingleton(AdmissionOptions.From(configuration));
        _ = services.AddSingleton(ClusterOptions.From(configuration));
        _ = services.AddSingleton<ClusterPolicies>();
        _ = services.AddSingleton<NamespaceLabels>();
        _ = services.AddSingleton<AdmissionMetrics>();
        _ = services.AddSingleton<RecentPushes>();
        _ = services.AddSingleton<AttestationArrivals>();
        _ = services.AddSingleton<AdmissionDecider>();
        _ = services.AddSingleton<PatientDecider>();
        _ = services.AddSingleton<AdmissionEndpoint>();
        _ = services.AddSingleton<DecisionJournal>();
        return services.AddHostedService(provider => provider.GetRequiredService<DecisionJournal>());
    }

    public static void MapAdmission(this IEndpointRouteBuilder endpoints)
    {
        var endpoint = endpoints.ServiceProvider.GetRequiredService<AdmissionEndpoint>();
        var callers = endpoints.ServiceProvider.GetRequiredService<KnownCallers>();
        _ = endpoints.MapPost(AdmissionEndpoint.Path, callers.Only(endpoint.HandleAsync));
    }
}
