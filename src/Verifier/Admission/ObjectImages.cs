using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Admission;

/// <summary>
/// Every place in an object where an image can stand: containers, init and ephemeral containers and image volumes of a pod or of the
/// pod template of whatever makes pods. Replica counts, annotations, labels, owners and deletion marks are not looked at: they prove nothing.
/// </summary>
internal static class ObjectImages
{
    private const int MostImages = 10_000;
    private static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];
    private static readonly string[] Pod = ["spec"];
    private static readonly string[] Template = ["spec", "template", "spec"];
    private static readonly string[] CronTemplate = ["spec", "jobTemplate", "spec", "template", "spec"];
    private static readonly string[] BareTemplate = ["template", "spec"];

    /// <summary>Where the kinds that make pods keep their pod specification.</summary>
    private static readonly Dictionary<string, string[]> Places = new(StringComparer.Ordinal)
    {
        ["Pod"] = Pod,
        ["Deployment"] = Template,
        ["ReplicaSet"] = Template,
        ["DaemonSet"] = Template,
        ["StatefulSet"] = Template,
        ["ReplicationController"] = Template,
        ["Job"] = Template,
        ["CronJob"] = CronTemplate,
        ["PodTemplate"] = BareTemplate,
    };

    /// <summary>Kinds that come through the same resources and hold no image.</summary>
    private static readonly HashSet<string> WithoutImages = ["Scale", "Eviction", "Binding"];

    public static bool TryRead(
        AdmissionRequest request, JsonElement subject, [NotNullWhen(true)] out IReadOnlyList<string>? images, [NotNullWhen(false)] out string? problem)
    {
        (images, problem) = ([], null);
        var kind = request.Kind ?? "";
        if (WithoutImages.Contains(kind) && !string.IsNullOrEmpty(request.SubResource))
        {
            return true;
        }

        if (PodSpecsOf(kind, subject) is not { Count: > 0 } specs)
        {
            problem = Places.ContainsKey(kind)
                ? $"the {kind} has no pod specification where one belongs"
                : $"a {Excerpt.Of(kind)} carries no pod template in a place this verifier knows, so its images cannot be read; take the kind out of the webhook's rules if it makes no pods";
            return false;
        }

        var found = new List<string>();
        foreach (var spec in specs)
        {
            problem ??= Collect(spec, found);
        }

        images = problem is null ? [.. found.Distinct(StringComparer.Ordinal)] : null;
        return problem is null;
    }

    private static List<JsonElement> PodSpecsOf(string kind, JsonElement subject)
    {
        var paths = Places.TryGetValue(kind, out var place) ? [place] : new[] { Template, CronTemplate, BareTemplate, Pod };
        return [.. paths.Select(path => Follow(subject, path)).OfType<JsonElement>().Where(spec => place is not null || LooksLikePod(spec))];
    }

    private static bool LooksLikePod(JsonElement spec) => spec.TryGetProperty("containers", out _);

    private static JsonElement? Follow(JsonElement element, string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.Object ? element : null;
    }

    private static string? Collect(JsonElement spec, List<string> found)
    {
        foreach (var list in ContainerLists)
        {
            if (CollectContainers(spec, list, found) is { } problem)
            {
                return problem;
            }
        }

        return CollectVolumes(spec, found);
    }

    private static string? CollectContainers(JsonElement spec, string list, List<string> found)
    {
        if (!spec.TryGetProperty(list, out var containers) || containers.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (containers.ValueKind != JsonValueKind.Array)
        {
            return $"{list} is not a list";
        }

        foreach (var container in containers.EnumerateArray())
        {
            var isRead = container.ValueKind == JsonValueKind.Object && container.TryGetProperty("image", out var image)
                && image.ValueKind == JsonValueKind.String && Add(found, image.GetString()!);
            if (!isRead)
            {
                return found.Count >= MostImages ? TooMany() : $"a container in {list} names no image";
            }
        }

        return null;
    }

    private static string? CollectVolumes(JsonElement spec, List<string> found)
    {
        if (!spec.TryGetProperty("volumes", out var volumes) || volumes.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (volumes.ValueKind != JsonValueKind.Array)
        {
            return "volumes is not a list";
        }

        foreach (var volume in volumes.EnumerateArray())
        {
            if (volume.ValueKind != JsonValueKind.Object)
            {
                return "a volume is not an object";
            }

            if (!volume.TryGetProperty("image", out var source) || source.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var isRead = source.ValueKind == JsonValueKind.Object && source.TryGetProperty("reference", out var reference)
                && reference.ValueKind == JsonValueKind.String && Add(found, reference.GetString()!);
            if (!isRead)
            {
                return found.Count >= MostImages ? TooMany() : "an image volume names no reference";
            }
        }

        return null;
    }

    private static bool Add(List<string> found, string image)
    {
        if (found.Count >= MostImages)
        {
            return false;
        }

        found.Add(image);
        return true;
    }

    private static string TooMany() => $"the object names more than {MostImages} images";
}
