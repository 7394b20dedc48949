using System.Collections.Frozen;
using System.Text.Json;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Where the kinds that make pods keep their pod specification.</summary>
internal static class PodSpecPlaces
{
    private static readonly string[] Itself = [];
    private static readonly string[] Pod = ["spec"];
    private static readonly string[] Template = ["spec", "template", "spec"];
    private static readonly string[] CronTemplate = ["spec", "jobTemplate", "spec", "template", "spec"];
    private static readonly string[] BareTemplate = ["template", "spec"];
    private static readonly string[][] Everywhere = [Template, CronTemplate, BareTemplate, Pod];

    /// <summary>The built-in kinds that make Pods, and the names that lead to their specification.</summary>
    public static readonly FrozenDictionary<(string Group, string Kind), string[]> Known = new Dictionary<(string Group, string Kind), string[]>
    {
        [("", "Pod")] = Pod,
        // pods/ephemeralcontainers of API servers before 1.23; later ones send the Pod.
        [("", "EphemeralContainers")] = Itself,
        [("", "PodTemplate")] = BareTemplate,
        [("", "ReplicationController")] = Template,
        [("apps", "Deployment")] = Template,
        [("apps", "ReplicaSet")] = Template,
        [("apps", "DaemonSet")] = Template,
        [("apps", "StatefulSet")] = Template,
        [("batch", "Job")] = Template,
        [("batch", "CronJob")] = CronTemplate,
    }.ToFrozenDictionary();

    /// <summary>Kinds that come in through the resources of those above and carry no image.</summary>
    private static readonly HashSet<(string Group, string Kind)> WithoutImages = [("autoscaling", "Scale"), ("policy", "Eviction"), ("", "Binding")];

    /// <summary>Whether a list without any container is a whole object of the kind.</summary>
    public static bool MayBeEmpty(string group, string kind) => (group, kind) == ("", "EphemeralContainers");

    /// <summary>Whether it is known that objects of the kind make Pods, and where they describe them.</summary>
    public static bool IsKnown(string group, string kind) => Known.ContainsKey((group, kind));

    public static bool CarriesNoImages(string group, string kind) => WithoutImages.Contains((group, kind));

    /// <summary>
    /// The pod specifications of an object. A kind that is not known has every one that is found where pods are usually described, so that one
    /// of them cannot hide another.
    /// </summary>
    public static List<JsonElement> Find(string group, string kind, JsonElement subject)
    {
        var found = new List<JsonElement>(1);
        if (Known.TryGetValue((group, kind), out var place))
        {
            if (TryFollow(subject, place, out var spec))
            {
                found.Add(spec);
            }

            return found;
        }

        foreach (var path in Everywhere)
        {
            if (TryFollow(subject, path, out var spec) && (ListsContainers(spec) || HasImageVolume(spec)))
            {
                found.Add(spec);
            }
        }

        return found;
    }

    /// <summary>The annotation of the Pod, or of the template that Pods are made from; null where there is none. Kinds that are not known have none.</summary>
    public static string? Annotation(string group, string kind, JsonElement subject, string name)
    {
        if (!Known.TryGetValue((group, kind), out var place) || place.Length == 0)
        {
            return null;
        }

        // The metadata stands beside the specification.
        return TryFollow(subject, [.. place[..^1], "metadata", "annotations"], out var annotations)
            && annotations.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
    }

    private static bool TryFollow(JsonElement element, string[] path, out JsonElement found)
    {
        found = element;
        foreach (var name in path)
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
            {
                return false;
            }
        }

        return found.ValueKind == JsonValueKind.Object;
    }

    /// <summary>Only a volume whose image names a reference is one that a Pod could be made with; volumes of other makes have an <c>image</c> of their own.</summary>
    private static bool HasImageVolume(JsonElement spec) =>
        spec.TryGetProperty("volumes", out var volumes) && volumes.ValueKind == JsonValueKind.Array && volumes.EnumerateArray().Any(volume =>
            volume.ValueKind == JsonValueKind.Object && volume.TryGetProperty("image", out var image)
            && image.ValueKind == JsonValueKind.Object && image.TryGetProperty("reference", out _));

    private static bool ListsContainers(JsonElement spec)
    {
        foreach (var list in ObjectImages.ContainerLists)
        {
            if (spec.TryGetProperty(list, out _))
            {
                return true;
            }
        }

        return false;
    }
}
