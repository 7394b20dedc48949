using Kritis.Events.Attestations.Resources.Kubernetes;

namespace Kritis.Events.Verifier.Resources;

/// <summary>Adds what is said in the status of the cluster's objects.</summary>
internal static class ResourceStatusRegistration
{
    /// <summary>Adds it where the resources are objects of a cluster. Needs the resources and the election.</summary>
    public static WebApplicationBuilder AddResourceStatus(this WebApplicationBuilder builder)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(ClusterResources)))
        {
            _ = builder.Services.AddHostedService<ResourceStatusWriter>();
        }

        return builder;
    }
}
