using System.Buffers;
using System.Text.Json;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Writes the answer to a review, in the review's own API version.</summary>
internal static class ReviewAnswer
{
    public static ReadOnlyMemory<byte> Write(AdmissionRequest request, AdmissionDecision decision)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("kind", "AdmissionReview");
        json.WriteString("apiVersion", request.ApiVersion);
        json.WriteStartObject("response");
        json.WriteString("uid", request.Uid);
        json.WriteBoolean("allowed", decision.Allowed);
        if (!decision.Allowed)
        {
            json.WriteStartObject("status");
            json.WriteString("status", "Failure");
            json.WriteString("message", decision.Message);
            json.WriteString("reason", decision.Code == 403 ? "Forbidden" : "BadRequest");
            json.WriteNumber("code", decision.Code);
            json.WriteEndObject();
        }

        WriteWarnings(json, decision.Warnings);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteWarnings(Utf8JsonWriter json, IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0)
        {
            return;
        }

        json.WriteStartArray("warnings");
        foreach (var warning in warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
    }
}
