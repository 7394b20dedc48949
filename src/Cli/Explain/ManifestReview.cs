using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kritis.Events.Contracts;
using Kritis.Events.Verifier.Admission;

namespace Kritis.Events.Cli.Explain;

/// <summary>An object of a manifest as the verifier reads it from the review that an API server would send.</summary>
/// <param name="Subject">The object.</param>
/// <param name="Request">What the verifier reads.</param>
/// <param name="DescribesPods">Whether a Pod is described where the verifier looks for one, or has to be.</param>
internal sealed record ManifestReview(ManifestObject Subject, AdmissionRequest Request, bool DescribesPods)
{
    private const string User = "kritis explain";

    /// <summary>Whether the kind is one of those that the webhook is made for.</summary>
    public bool IsKnownKind => PodSpecPlaces.IsKnown(Subject.Group, Subject.Kind);

    /// <summary>The review of an object that is created in a namespace, read by the verifier's own code.</summary>
    /// <exception cref="StartRefusedException">No API server would send it.</exception>
    public static ManifestReview Of(ManifestObject subject, string ns)
    {
        var body = Write(subject, ns);
        if (!ReviewReader.TryRead(body, out var request, out var problem))
        {
            throw new StartRefusedException($"{subject.File}:{subject.Line}: {problem}");
        }

        var describesPods = request.ObjectProblem is null || PodSpecPlaces.IsKnown(subject.Group, subject.Kind) || PodsIn(body, subject);
        return new ManifestReview(subject, request, describesPods);
    }

    private static bool PodsIn(ReadOnlyMemory<byte> body, ManifestObject subject)
    {
        using var review = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = ReviewReader.MostDepth });
        return PodSpecPlaces.Find(subject.Group, subject.Kind, review.RootElement.GetProperty("request").GetProperty("object")).Count > 0;
    }

    /// <summary><c>AdmissionReview</c> (Kubernetes API, <c>admission.k8s.io/v1</c>); the API server writes the namespace into the object.</summary>
    private static ReadOnlyMemory<byte> Write(ManifestObject subject, string ns)
    {
        var content = (JsonObject)subject.Content.DeepClone();
        if (content["metadata"] is not JsonObject metadata)
        {
            content["metadata"] = metadata = [];
        }

        metadata["namespace"] = ns;
        var review = new JsonObject
        {
            ["kind"] = "AdmissionReview",
            ["apiVersion"] = "admission.k8s.io/v1",
            ["request"] = new JsonObject
            {
                ["uid"] = "explain",
                ["kind"] = new JsonObject { ["group"] = subject.Group, ["version"] = subject.Version, ["kind"] = subject.Kind },
                ["name"] = subject.Name,
                ["namespace"] = ns,
                ["operation"] = "CREATE",
                ["userInfo"] = new JsonObject { ["username"] = User },
                ["object"] = content,
                ["oldObject"] = null,
                ["dryRun"] = true,
            },
        };
        return Encoding.UTF8.GetBytes(review.ToJsonString());
    }
}
