using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>A review as kube-apiserver writes it (Admission/Reviews), to be changed by a test.</summary>
internal sealed class Review
{
    public const string FixtureImage = "alpine:3.11";

    // Quotes are escaped as API servers escape them.
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 512, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Review(JsonNode root) => Root = root;

    public JsonNode Root { get; }

    public JsonNode Request => Root["request"]!;

    public JsonNode Object => Request["object"]!;

    public JsonNode OldObject => Request["oldObject"]!;

    public string Uid => Request["uid"]!.GetValue<string>();

    public byte[] Bytes => Encoding.UTF8.GetBytes(Root.ToJsonString(Deep));

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Admission", "Reviews");

    public static Review Load(string name) => new(JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json")))!);

    /// <summary>The review with <paramref name="image"/> wherever the fixture has its one image.</summary>
    public static Review Load(string name, string image) =>
        new(JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json")).Replace($"\"{FixtureImage}\"", JsonSerializer.Serialize(image)))!);

    public static Review Pod(params string[] images)
    {
        var review = Load("pod-create");
        return review.With(review.Object["spec"]!, "containers", Containers(images));
    }

    public static JsonArray Containers(params string[] images) =>
        new([.. images.Select((image, at) => new JsonObject { ["name"] = $"c{at}", ["image"] = image })]);

    public Review In(string ns)
    {
        Request["namespace"] = ns;
        foreach (var subject in new[] { Request["object"], Request["oldObject"] })
        {
            if (subject?["metadata"] is JsonObject metadata)
            {
                metadata["namespace"] = ns;
            }
        }

        return this;
    }

    public Review With(JsonNode holder, string member, JsonNode? value)
    {
        holder[member] = value;
        return this;
    }

    /// <summary>Changes the review in place.</summary>
    public Review With(Action<Review> change)
    {
        change(this);
        return this;
    }
}
