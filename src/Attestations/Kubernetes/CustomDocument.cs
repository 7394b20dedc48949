using System.Globalization;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>
/// A custom resource as the API server sent it. It is read later, by the readers of resources; here nothing in it can be wrong, so that one
/// strange object never hides the others.
/// </summary>
public sealed class CustomDocument : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The group and version.</summary>
    public string ApiVersion { get; set; } = "";

    /// <summary>The kind; empty where the API server left it out.</summary>
    public string Kind { get; set; } = "";

    /// <summary>
    /// Name, namespace, uid, versions, times, labels and annotations; the rest of it only in <see cref="Json"/>.
    /// </summary>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>The whole object.</summary>
    public required JsonElement Json { get; init; }

    /// <summary>Reads an object. What has an unexpected type is left out of <see cref="Metadata"/>.</summary>
    public static CustomDocument Of(JsonElement json)
    {
        var metadata = json.Member("metadata");
        return new CustomDocument
        {
            ApiVersion = json.TextOf("apiVersion") ?? "",
            Kind = json.TextOf("kind") ?? "",
            Json = json,
            Metadata = new V1ObjectMeta
            {
                Name = metadata.TextOf("name"),
                NamespaceProperty = metadata.TextOf("namespace"),
                Uid = metadata.TextOf("uid"),
                ResourceVersion = metadata.TextOf("resourceVersion"),
                Generation = metadata.NumberOf("generation"),
                CreationTimestamp = Time(metadata.TextOf("creationTimestamp")),
                DeletionTimestamp = Time(metadata.TextOf("deletionTimestamp")),
                Labels = Texts(metadata, "labels"),
                Annotations = Texts(metadata, "annotations"),
            },
        };
    }

    private static DateTime? Time(string? text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static Dictionary<string, string> Texts(JsonElement metadata, string name) =>
        metadata.TextsOf(name).DistinctBy(entry => entry.Key).ToDictionary();
}
