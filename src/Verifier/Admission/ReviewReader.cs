using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Admission;

/// <summary>
/// Reads an <c>AdmissionReview</c> (Kubernetes API, <c>admission.k8s.io/v1</c>). What has a UID can be answered and is, with a refusal where
/// it cannot be understood; what has none is no review.
/// </summary>
internal static class ReviewReader
{
    private const string ApiVersion = "admission.k8s.io/v1";
    private const int MostUidCharacters = 256;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 128 };

    public static bool TryRead(
        ReadOnlyMemory<byte> body, [NotNullWhen(true)] out AdmissionRequest? request, [NotNullWhen(false)] out string? problem)
    {
        request = null;
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            request = Read(document.RootElement, out problem);
            return request is not null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            problem = $"the body is not JSON as an API server writes it: {Excerpt.Of(unreadable.Message)}";
            return false;
        }
    }

    private static AdmissionRequest? Read(JsonElement root, out string? problem)
    {
        problem = null;
        if (Text(root, "kind") != "AdmissionReview")
        {
            problem = $"expected kind AdmissionReview, found '{Excerpt.Of(Text(root, "kind"))}'";
            return null;
        }

        if (!Member(root, "request", out var asked) || Text(asked, "uid") is not { Length: > 0 and <= MostUidCharacters } uid)
        {
            problem = "the review has no request with a uid";
            return null;
        }

        var request = Describe(root, asked, uid);
        if (request.ApiVersion != ApiVersion)
        {
            return request with { Problem = $"reviews of {Excerpt.Of(request.ApiVersion)} are not answered; expected {ApiVersion}" };
        }

        return request.Operation switch
        {
            "DELETE" or "CONNECT" => request,
            "CREATE" or "UPDATE" => WithImages(request, asked),
            _ => request with { Problem = $"operation '{Excerpt.Of(request.Operation)}' is not known; expected CREATE, UPDATE, DELETE or CONNECT" },
        };
    }

    private static AdmissionRequest Describe(JsonElement root, JsonElement asked, string uid)
    {
        var hasKind = Member(asked, "kind", out var kind);
        var hasUser = Member(asked, "userInfo", out var user);
        return new AdmissionRequest
        {
            ApiVersion = Text(root, "apiVersion") ?? "",
            Uid = uid,
            Kind = hasKind ? Text(kind, "kind") : null,
            Group = hasKind ? Text(kind, "group") : null,
            SubResource = Text(asked, "subResource"),
            Namespace = Text(asked, "namespace"),
            Name = Text(asked, "name"),
            Operation = Text(asked, "operation"),
            User = hasUser ? Text(user, "username") : null,
        };
    }

    private static AdmissionRequest WithImages(AdmissionRequest request, JsonElement asked)
    {
        if (!Member(asked, "object", out var subject))
        {
            return request with { Problem = "the review holds no object" };
        }

        if (Text(subject, "kind") is { } kind && kind != request.Kind)
        {
            return request with { Problem = $"the review is about a '{Excerpt.Of(request.Kind)}', but holds a '{Excerpt.Of(kind)}'" };
        }

        if (!ObjectImages.TryRead(request, subject, out var images, out var problem))
        {
            return request with { Problem = problem };
        }

        HashSet<string>? before = null;
        if (request.Operation == "UPDATE" && Member(asked, "oldObject", out var old) && ObjectImages.TryRead(request, old, out var oldImages, out _))
        {
            before = [.. oldImages];
        }

        return request with { Images = images, OldImages = before };
    }

    private static bool Member(JsonElement element, string name, out JsonElement member)
    {
        member = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out member) && member.ValueKind == JsonValueKind.Object;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
