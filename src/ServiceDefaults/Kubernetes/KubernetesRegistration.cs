using k8s;
using k8s.Exceptions;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.ServiceDefaults.Kubernetes;

/// <summary>Adds the client of the cluster's API server.</summary>
public static class KubernetesRegistration
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Adds <see cref="KubernetesOptions"/> and, where it is enabled, <see cref="IKubernetes"/>; once, however many features ask for it. Nothing is
    /// asked of the API server yet.
    /// </summary>
    /// <exception cref="SettingException">The section <c>Kubernetes</c> is wrong, or its kubeconfig file cannot be read.</exception>
    public static KubernetesOptions AddKubernetes(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Select(service => service.ImplementationInstance).OfType<KubernetesOptions>().FirstOrDefault() is { } added)
        {
            return added;
        }

        var options = KubernetesOptions.From(builder.Configuration);
        _ = builder.Services.AddSingleton(options);
        if (options.Enabled)
        {
            var access = Access(options);
            _ = builder.Services.AddSingleton<IKubernetes>(_ => ClusterConnection.Of(access));
        }

        return options;
    }

    private static KubernetesClientConfiguration Access(KubernetesOptions options)
    {
        try
        {
            var access = options.Kubeconfig is { } file
                ? KubernetesClientConfiguration.BuildConfigFromConfigFile(file)
                : KubernetesClientConfiguration.InClusterConfig();
            access.HttpClientTimeout = Patience;
            return access;
        }
        catch (Exception unusable) when (unusable is KubeConfigException or KubernetesClientException or IOException or UnauthorizedAccessException or YamlDotNet.Core.YamlException)
        {
            throw new SettingException("Kubernetes:Kubeconfig", $"cannot be used ({unusable.Message})", "a kubeconfig file, or the service account of a Pod");
        }
    }
}
