using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Admission;

/// <summary>
/// Every place in an object where an image can stand: containers, init and ephemeral containers and image volumes of a pod or of the
/// pod template of whatever makes pods. Replica counts, annotations, labels, owners and deletion marks are not looked at: they prove nothing.
/// </summary>
internal sealed class ObjectImages
{
    public static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];

    private const int MostImages = 10_000;
    private readonly List<string> _images = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _containers;
    private int _places;

    private ObjectImages()
    {
    }

    /// <summary>Reads the images of an object.</summary>
    /// <param name="request">What the review says of it.</param>
    /// <param name="subject">The object.</param>
    /// <param name="images">Its images as they are written, each once; empty where they cannot be read.</param>
    /// <returns>Why they cannot be read, or null.</returns>
    /// <exception cref="InvalidOperationException">A text holds half of a surrogate pair.</exception>
    public static string? Read(AdmissionRequest request, JsonElement subject, out IReadOnlyList<string> images)
    {
        images = [];
        var (group, kind) = (request.Group ?? "", request.Kind ?? "");
        if (PodSpecPlaces.CarriesNoImages(group, kind))
        {
            return null;
        }

        var specs = PodSpecPlaces.Find(group, kind, subject);
        if (specs.Count == 0)
        {
            return $"the {Excerpt.Of(kind)} has no pod specification where this verifier looks for one, so its images cannot be read; "
                + "take the kind out of the webhook's rules if it makes no pods";
        }

        var reading = new ObjectImages();
        foreach (var spec in specs)
        {
            if (reading.AddPod(spec, PodSpecPlaces.MayBeEmpty(group, kind)) is { } problem)
            {
                return $"the images of the {Excerpt.Of(kind)} cannot be read: {problem}";
            }
        }

        images = reading._images;
        return null;
    }

    private string? AddPod(JsonElement spec, bool mayBeEmpty)
    {
        foreach (var list in ContainerLists)
        {
            if (AddContainers(spec, list) is { } problem)
            {
                return problem;
            }
        }

        return _containers == 0 && !mayBeEmpty ? "it has no container" : AddVolumes(spec);
    }

    private string? AddContainers(JsonElement spec, string list)
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
            _containers++;
            if (Add(container, "image", $"a container in {list}") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? AddVolumes(JsonElement spec)
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

            var hasImage = volume.TryGetProperty("image", out var source) && source.ValueKind != JsonValueKind.Null;
            if (hasImage && Add(source, "reference", "an image volume") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? Add(JsonElement holder, string member, string what)
    {
        if (holder.ValueKind != JsonValueKind.Object || !holder.TryGetProperty(member, out var image) || image.ValueKind != JsonValueKind.String)
        {
            return $"{what} has no {member}";
        }

        if (++_places > MostImages)
        {
            return $"it names more than {MostImages} images";
        }

        var text = image.GetString()!;
        if (_seen.Add(text))
        {
            _images.Add(text);
        }

        return null;
    }
}
