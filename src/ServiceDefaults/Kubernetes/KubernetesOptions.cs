using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.ServiceDefaults.Kubernetes;

/// <summary>Section <c>Kubernetes</c>: whether and how the service speaks with an API server.</summary>
public sealed record KubernetesOptions
{
    private const string NamespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

    /// <summary>Whether the service speaks with an API server at all; off by default.</summary>
    public bool Enabled { get; init; }

    /// <summary>The kubeconfig file to use; null for the service account of the Pod that the service runs in.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The namespace that the service itself runs in; the service account's, or <c>kritis</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>Reads the section.</summary>
    /// <exception cref="SettingException">A value is wrong, or there is neither a kubeconfig file nor a service account.</exception>
    public static KubernetesOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection("Kubernetes");
        var enabled = section["Enabled"] switch
        {
            null or "" => false,
            var text when bool.TryParse(text, out var flag) => flag,
            var text => throw new SettingException("Kubernetes:Enabled", $"is '{Excerpt.Of(text)}'", "true or false"),
        };
        var kubeconfig = section["Kubeconfig"] is { Length: > 0 } file ? Path.GetFullPath(file) : null;
        if (enabled && kubeconfig is not null && !File.Exists(kubeconfig))
        {
            throw new SettingException("Kubernetes:Kubeconfig", $"'{kubeconfig}' is not there", "a kubeconfig file");
        }

        if (enabled && kubeconfig is null && Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is null)
        {
            throw new SettingException("Kubernetes:Enabled", "is true, but this process runs in no Pod", "Kubernetes:Kubeconfig to name a kubeconfig file");
        }

        return new KubernetesOptions { Enabled = enabled, Kubeconfig = kubeconfig, Namespace = OwnNamespace(section["Namespace"]) };
    }

    private static string OwnNamespace(string? set)
    {
        if (set is { Length: > 0 })
        {
            return set.Length <= 63 && set.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-')
                ? set
                : throw new SettingException("Kubernetes:Namespace", $"is '{Excerpt.Of(set)}'", "a namespace's name");
        }

        return File.Exists(NamespaceFile) ? File.ReadAllText(NamespaceFile).Trim() : "kritis";
    }
}
