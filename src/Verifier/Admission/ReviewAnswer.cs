using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Writes the answer to a review, in the review's own API version.</summary>
internal static class ReviewAnswer
{
    // No more than the writer asks for at once.
    private const int FirstBytes = 256;

    // The answer is application/json and never part of a page, so quotes and angle brackets stay readable.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SearchValues<char> Plain = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly byte[] BeforeUid = Encoding.ASCII.GetBytes(
        "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"" + ReviewReader.ApiVersion + "\",\"response\":{\"uid\":\"");
    private static readonly byte[] BehindUid = "\",\"allowed\":true}}"u8.ToArray();

    public static ReadOnlyMemory<byte> Write(AdmissionRequest request, AdmissionDecision decision) =>
        decision is { Allowed: true, Warnings.Count: 0 } && request.ApiVersion == ReviewReader.ApiVersion && !request.Uid.AsSpan().ContainsAnyExcept(Plain)
            ? WriteYes(request.Uid)
            : WriteAny(request, decision);

    /// <summary>The answer to nearly every review: prepared but for its UID. <c>admission-decision</c> watches it.</summary>
    private static byte[] WriteYes(string uid)
    {
        var answer = new byte[BeforeUid.Length + uid.Length + BehindUid.Length];
        BeforeUid.CopyTo(answer.AsSpan());
        _ = Encoding.ASCII.GetBytes(uid, answer.AsSpan(BeforeUid.Length));
        BehindUid.CopyTo(answer.AsSpan(BeforeUid.Length + uid.Length));
        return answer;
    }

    private static ReadOnlyMemory<byte> WriteAny(AdmissionRequest request, AdmissionDecision decision)
    {
        var buffer = new ArrayBufferWriter<byte>(FirstBytes);
        using var json = new Utf8JsonWriter(buffer, Readable);
        json.WriteStartObject();
        json.WriteString("kind", "AdmissionReview");
        json.WriteString("apiVersion", request.ApiVersion);
        json.WriteStartObject("response");
        json.WriteString("uid", request.Uid);
        json.WriteBoolean("allowed", decision.Allowed);
        if (!decision.Allowed)
        {
            WriteStatus(json, decision);
        }

        WriteWarnings(json, decision.Warnings);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteStatus(Utf8JsonWriter json, AdmissionDecision decision)
    {
        var (code, reason) = decision.Outcome.Status();
        json.WriteStartObject("status");
        json.WriteString("status", "Failure");
        json.WriteString("message", decision.Message);
        json.WriteString("reason", reason);
        json.WriteNumber("code", code);
        json.WriteEndObject();
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
