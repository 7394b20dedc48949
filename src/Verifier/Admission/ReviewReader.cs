using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Admission.BreakGlass;
using Kritis.Events.Verifier.Admission.Scan;

namespace Kritis.Events.Verifier.Admission;

/// <summary>
/// Reads an <c>AdmissionReview</c> (Kubernetes API, <c>admission.k8s.io/v1</c>). What has a UID can be answered and is, with a refusal where
/// it cannot be understood; what has none is no review.
/// </summary>
internal static class ReviewReader
{
    public const int MostDepth = 128;
    public const int MostIdentityCharacters = 256;
    public const string ApiVersion = "admission.k8s.io/v1";
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MostDepth };

    public static bool TryRead(
        ReadOnlyMemory<byte> body, [NotNullWhen(true)] out AdmissionRequest? request, [NotNullWhen(false)] out string? problem)
    {
        if (!Utf8.IsValid(body.Span))
        {
            return TryIdentify(body, "the review is not UTF-8", out request, out problem);
        }

        if (ReviewScan.TryRead(body.Span) is { } usual)
        {
            (request, problem) = (usual, null);
            return true;
        }

        return TryReadAny(body, out request, out problem);
    }

    /// <summary>Reads a review whose bytes are UTF-8, however it is written.</summary>
    internal static bool TryReadAny(
        ReadOnlyMemory<byte> body, [NotNullWhen(true)] out AdmissionRequest? request, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            request = Read(document.RootElement, out problem);
            return request is not null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            var why = $"the review is not JSON as an API server writes it: {Excerpt.Of(unreadable.Message)}";
            return TryIdentify(body, why, out request, out problem);
        }
    }

    private static bool TryIdentify(ReadOnlyMemory<byte> body, string why, out AdmissionRequest? request, out string? problem)
    {
        request = ReviewIdentity.TryFind(body.Span, out var apiVersion, out var uid)
            ? new AdmissionRequest { ApiVersion = apiVersion ?? ApiVersion, Uid = uid, ReviewProblem = why }
            : null;
        problem = request is null ? why : null;
        return request is not null;
    }

    private static AdmissionRequest? Read(JsonElement root, out string? problem)
    {
        problem = null;
        if (Text(root, "kind") != "AdmissionReview")
        {
            problem = $"expected an object of kind AdmissionReview, found kind '{Excerpt.Of(Text(root, "kind"))}'";
            return null;
        }

        if (!Member(root, "request", out var asked) || Text(asked, "uid") is not { Length: > 0 and <= MostIdentityCharacters } uid)
        {
            problem = $"the review has no request with a uid of 1 to {MostIdentityCharacters} characters";
            return null;
        }

        if (Text(root, "apiVersion") is not { Length: > 0 and <= MostIdentityCharacters } apiVersion)
        {
            problem = $"the review has no apiVersion; expected {ApiVersion}";
            return null;
        }

        var request = Describe(asked, uid, apiVersion);
        if (apiVersion != ApiVersion)
        {
            return request with { ReviewProblem = $"reviews of {Excerpt.Of(apiVersion)} cannot be answered; set admissionReviewVersions to [v1]" };
        }

        return request.Operation switch
        {
            "DELETE" or "CONNECT" => request,
            "CREATE" or "UPDATE" => WithObject(request, asked),
            _ => request with
            {
                ReviewProblem = $"operation '{Excerpt.Of(request.Operation)}' is not known; expected CREATE, UPDATE, DELETE or CONNECT",
            },
        };
    }

    private static AdmissionRequest Describe(JsonElement asked, string uid, string apiVersion)
    {
        var hasKind = Member(asked, "kind", out var kind);
        var hasUser = Member(asked, "userInfo", out var user);
        return new AdmissionRequest
        {
            ApiVersion = apiVersion,
            Uid = uid,
            Group = hasKind ? Text(kind, "group") : null,
            Kind = hasKind ? Text(kind, "kind") : null,
            Namespace = Text(asked, "namespace"),
            Name = Text(asked, "name"),
            Operation = Text(asked, "operation"),
            User = hasUser ? Text(user, "username") : null,
            LeavesNoTrace = asked.TryGetProperty("dryRun", out var dryRun) && dryRun.ValueKind == JsonValueKind.True,
        };
    }

    private static AdmissionRequest WithObject(AdmissionRequest request, JsonElement asked)
    {
        if (string.IsNullOrEmpty(request.Kind))
        {
            return request with { ReviewProblem = "the review does not say what kind of object it is about" };
        }

        if (!Member(asked, "object", out var subject))
        {
            return request with { ReviewProblem = "the review holds no object" };
        }

        if (ContradictionIn(request, subject) is { } contradiction)
        {
            return request with { ReviewProblem = contradiction };
        }

        if (ObjectImages.Read(request, subject, out var images) is { } problem)
        {
            return request with { ObjectProblem = problem };
        }

        return request with
        {
            Images = images,
            OldImages = request.Operation == "UPDATE" ? ImagesBefore(request, asked) : null,
            BreakGlass = PodSpecPlaces.Annotation(request.Group ?? "", request.Kind, subject, BrokenGlass.Annotation),
        };
    }

    private static HashSet<string>? ImagesBefore(AdmissionRequest request, JsonElement asked) =>
        Member(asked, "oldObject", out var old) && ContradictionIn(request, old) is null && ObjectImages.Read(request, old, out var images) is null
            ? [.. images]
            : null;

    /// <summary>An API server sends the object in the very version the review names; whatever says otherwise was not sent by one.</summary>
    private static string? ContradictionIn(AdmissionRequest request, JsonElement subject)
    {
        var kind = Text(subject, "kind");
        if (kind != request.Kind)
        {
            return $"the review is about a '{Excerpt.Of(request.Kind)}', but holds a '{Excerpt.Of(kind)}'";
        }

        var version = Text(subject, "apiVersion") ?? "";
        var slash = version.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : version[..slash];
        if (group != (request.Group ?? ""))
        {
            return $"the review is about a {request.Kind} of group '{Excerpt.Of(request.Group)}', but holds one of '{Excerpt.Of(group)}'";
        }

        return Member(subject, "metadata", out var metadata) && Text(metadata, "namespace") is { Length: > 0 } ns && ns != request.Namespace
            ? $"the review is about namespace '{Excerpt.Of(request.Namespace)}', but its object lies in '{Excerpt.Of(ns)}'"
            : null;
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
