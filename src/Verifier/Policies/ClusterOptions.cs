using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Policies;

/// <summary>Section <c>Cluster</c>.</summary>
internal sealed record ClusterOptions(string Name)
{
    public static ClusterOptions From(IConfiguration configuration)
    {
        var name = configuration["Cluster:Name"] ?? "default";
        return string.IsNullOrWhiteSpace(name) || name.Length > 253 || name.Any(char.IsControl)
            ? throw new SettingException("Cluster:Name", "is empty or too long", "this cluster's name as policies name it, at most 253 characters")
            : new ClusterOptions(name);
    }
}
