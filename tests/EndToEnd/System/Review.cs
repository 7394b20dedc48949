using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.System;

/// <summary>Asks a verifier as an API server does.</summary>
internal static class Review
{
    public static async Task<Answer> OfPodAsync(ServiceProcess verifier, string ns, CancellationToken cancellationToken, params string[] images)
    {
        var review = new JsonObject
        {
            ["kind"] = "AdmissionReview",
            ["apiVersion"] = "admission.k8s.io/v1",
            ["request"] = new JsonObject
            {
                ["uid"] = Guid.NewGuid().ToString(),
                ["kind"] = new JsonObject { ["group"] = "", ["version"] = "v1", ["kind"] = "Pod" },
                ["resource"] = new JsonObject { ["group"] = "", ["version"] = "v1", ["resource"] = "pods" },
                ["name"] = "probe",
                ["namespace"] = ns,
                ["operation"] = "CREATE",
                ["userInfo"] = new JsonObject { ["username"] = "kubernetes-admin" },
                ["object"] = new JsonObject
                {
                    ["kind"] = "Pod",
                    ["apiVersion"] = "v1",
                    ["metadata"] = new JsonObject { ["name"] = "probe", ["namespace"] = ns },
                    ["spec"] = new JsonObject
                    {
                        ["containers"] = new JsonArray([.. images.Select((image, number) =>
                            (JsonNode)new JsonObject { ["name"] = $"c{number}", ["image"] = image })]),
                    },
                },
                ["oldObject"] = null,
                ["dryRun"] = false,
            },
        };
        using var body = new StringContent(review.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await verifier.Http.PostAsync(new Uri("/validate", UriKind.Relative), body, cancellationToken);
        _ = answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        var response = document.RootElement.GetProperty("response");
        return new Answer(
            response.GetProperty("allowed").GetBoolean(),
            response.TryGetProperty("status", out var status) ? status.GetProperty("message").GetString()! : "",
            response.TryGetProperty("warnings", out var warnings) ? [.. warnings.EnumerateArray().Select(warning => warning.GetString()!)] : []);
    }

    public static async Task<bool> AdmitsAsync(ServiceProcess verifier, string image, CancellationToken cancellationToken, string ns = "default") =>
        (await OfPodAsync(verifier, ns, cancellationToken, image)).Allowed;
}

/// <summary>A verifier's answer.</summary>
internal sealed record Answer(bool Allowed, string Message, IReadOnlyList<string> Warnings);
