using System.Text.Json;
using k8s;
using k8s.Models;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>Reads objects out of lists and watch events.</summary>
internal static class ClusterObjects<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The object, or why it cannot be read.</summary>
    public static (T? Object, ClusterChange<T>.Unreadable? Unreadable) Read(JsonElement json)
    {
        if (typeof(T) == typeof(CustomDocument))
        {
            return ((T)(object)CustomDocument.Of(json.Clone()), null);
        }

        try
        {
            var read = KubernetesJson.Deserialize<T>(json.GetRawText());
            return read.Metadata?.Name is null ? (null, Unreadable(json, "it has no name")) : (read, null);
        }
        catch (Exception strange) when (strange is JsonException or FormatException or InvalidOperationException or ArgumentException or OverflowException or NotSupportedException)
        {
            return (null, Unreadable(json, Excerpt.Of(strange.Message)));
        }
    }

    private static ClusterChange<T>.Unreadable Unreadable(JsonElement json, string reason)
    {
        var metadata = json.Member("metadata");
        return new(metadata.TextOf("namespace"), metadata.TextOf("name") ?? "", reason);
    }
}
