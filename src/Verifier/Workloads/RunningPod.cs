using System.Text.Json;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.BreakGlass;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>
/// What is kept of a Pod: who it is, its images and its break-glass annotation. It is read as an admission reads it, from the same places, and the rest of
/// the object is let go at once.
/// </summary>
[JsonConverter(typeof(RunningPodConverter))]
internal sealed class RunningPod : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The most characters of images that are kept of one Pod; one that has more counts as unreadable.</summary>
    public const int MostImageCharacters = 64 * 1024;

    public string ApiVersion { get; set; } = "v1";

    public string Kind { get; set; } = "Pod";

    /// <summary>Name, namespace and UID only.</summary>
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>The images as they are written, each once.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Why its images cannot be read, or null.</summary>
    public string? Problem { get; init; }

    public string? BreakGlass { get; init; }

    /// <summary>Whether nothing of it runs any more and nothing will.</summary>
    public bool HasEnded { get; init; }

    public PodKey Key => new(Metadata.NamespaceProperty ?? "", Metadata.Name);

    /// <summary>Whether a check could find something else in <paramref name="other"/>.</summary>
    public bool IsChecked(RunningPod other) => Metadata.Uid == other.Metadata.Uid
        && BreakGlass == other.BreakGlass && Problem == other.Problem && Images.SequenceEqual(other.Images);

    /// <summary>The question that an API server would ask, were the Pod created now.</summary>
    public AdmissionRequest AsReview() => new()
    {
        ApiVersion = ApiVersion,
        Uid = Metadata.Uid ?? "",
        Group = "",
        Kind = Kind,
        Namespace = Metadata.NamespaceProperty,
        Name = Metadata.Name,
        Operation = "CREATE",
        Images = Images,
        BreakGlass = BreakGlass,
        ObjectProblem = Problem,
    };

    /// <summary>Reads a Pod as an API server sends it.</summary>
    /// <exception cref="InvalidOperationException">A text holds half of a surrogate pair.</exception>
    public static RunningPod Of(JsonElement pod)
    {
        var problem = ObjectImages.Read(new AdmissionRequest { ApiVersion = "v1", Uid = "", Group = "", Kind = "Pod" }, pod, out var images);
        if (images.Sum(image => image.Length) > MostImageCharacters)
        {
            (images, problem) = ([], $"the names of its images have more than {MostImageCharacters} characters");
        }

        return new RunningPod
        {
            Metadata = new V1ObjectMeta { Name = Text(pod, "metadata", "name"), NamespaceProperty = Text(pod, "metadata", "namespace"), Uid = Text(pod, "metadata", "uid") },
            Images = images,
            Problem = problem,
            BreakGlass = BrokenGlass.Kept(PodSpecPlaces.Annotation("", "Pod", pod, BrokenGlass.Annotation)),
            HasEnded = Text(pod, "status", "phase") is "Succeeded" or "Failed",
        };
    }

    private static string? Text(JsonElement element, string holder, string member) =>
        element.TryGetProperty(holder, out var held) && held.ValueKind == JsonValueKind.Object
        && held.TryGetProperty(member, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}

/// <summary>Where a Pod is found.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name; a later Pod may have it again.</param>
internal readonly record struct PodKey(string Namespace, string Name);

/// <summary>Reads a Pod out of a list or a watch without keeping the object.</summary>
internal sealed class RunningPodConverter : JsonConverter<RunningPod>
{
    public override RunningPod Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var pod = JsonDocument.ParseValue(ref reader);
        return RunningPod.Of(pod.RootElement);
    }

    public override void Write(Utf8JsonWriter writer, RunningPod value, JsonSerializerOptions options) =>
        throw new NotSupportedException("What is kept of a Pod is no Pod.");
}
