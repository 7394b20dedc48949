using System.Text.Json;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>
/// The images that a cluster would run if it took a review's object: a second reading of the same bytes, written without a look at the verifier's and as
/// forgiving as a careless API server might be, so that the two can only agree where the verifier missed nothing.
/// </summary>
internal static class ReviewImages
{
    private static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];
    private static readonly JsonDocumentOptions Forgiving = new() { MaxDepth = 1_000, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>What the review asks for, and the images it brings in; an update brings in those that were not there before.</summary>
    public static (string? Operation, IReadOnlySet<string> Images) BroughtIn(byte[] review)
    {
        using var document = JsonDocument.Parse(review, Forgiving);
        var request = document.RootElement.GetProperty("request");
        var kind = Follow(request, ["kind"]);
        var (group, name) = (Text(kind, "group") ?? "", Text(kind, "kind") ?? "");
        var operation = Text(request, "operation");
        var images = new HashSet<string>(StringComparer.Ordinal);
        Collect(request, "object", group, name, images);
        if (operation == "UPDATE")
        {
            var before = new HashSet<string>(StringComparer.Ordinal);
            Collect(request, "oldObject", group, name, before);
            images.ExceptWith(before);
        }

        return (operation, images);
    }

    private static void Collect(JsonElement request, string member, string group, string kind, HashSet<string> images)
    {
        if (request.TryGetProperty(member, out var subject))
        {
            foreach (var path in Paths(group, kind))
            {
                var pod = path.Length == 0 ? subject : Follow(subject, path.Split('.'));
                if (pod.ValueKind == JsonValueKind.Object && (IsBuiltIn(group) || ContainerLists.Any(list => pod.TryGetProperty(list, out _))))
                {
                    AddPod(pod, images);
                }
            }
        }
    }

    // Kubernetes API reference 1.34, by kind.
    private static string[] Paths(string group, string kind) => $"{group}/{kind}" switch
    {
        "/Pod" => ["spec"],
        "/EphemeralContainers" => [""],
        "/PodTemplate" => ["template.spec"],
        "/ReplicationController" or "apps/Deployment" or "apps/ReplicaSet" or "apps/DaemonSet" or "apps/StatefulSet" or "batch/Job" => ["spec.template.spec"],
        "batch/CronJob" => ["spec.jobTemplate.spec.template.spec"],
        "autoscaling/Scale" or "policy/Eviction" or "/Binding" => [],
        _ => ["spec", "template.spec", "spec.template.spec", "spec.jobTemplate.spec.template.spec"],
    };

    // Of a custom kind, volumes without any container are no pod; a Pod that comes of it is looked at as such.
    private static bool IsBuiltIn(string group) => group is "" or "apps" or "batch";

    private static JsonElement Follow(JsonElement element, string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return default;
            }
        }

        return element;
    }

    private static void AddPod(JsonElement pod, HashSet<string> images)
    {
        foreach (var member in pod.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Array))
        {
            foreach (var item in member.Value.EnumerateArray())
            {
                var image = member.Name switch
                {
                    _ when ContainerLists.Contains(member.Name) => Text(item, "image"),
                    "volumes" => Text(Follow(item, ["image"]), "reference"),
                    _ => null,
                };
                if (image is not null)
                {
                    _ = images.Add(image);
                }
            }
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
