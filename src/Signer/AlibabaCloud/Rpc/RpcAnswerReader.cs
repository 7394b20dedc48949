using System.Text.Json;

namespace Kritis.Events.Signer.AlibabaCloud.Rpc;

/// <summary>Tells an answer from an error.</summary>
internal static class RpcAnswerReader
{
    private static readonly TimeSpan ToleratedSkew = TimeSpan.FromMinutes(10);

    /// <exception cref="AlibabaCloudException">It is an error, or cannot be read.</exception>
    public static RpcAnswer Read(RpcCall call, HttpResponseMessage response, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        var root = Parse(body);
        var fromHeader = response.Headers.TryGetValues("x-acs-request-id", out var values) ? values.First() : null;
        var answer = new RpcAnswer(root ?? default, (root is { } read ? Text(read, "RequestId") : null) ?? fromHeader ?? "none");
        if (root is not { } found)
        {
            throw status is >= 200 and < 300
                ? answer.Unreadable($"{call} was answered with something else than a JSON object")
                : AlibabaCloudException.Refused(call.ToString(), status, $"HTTP{status}", "no error was given", answer.RequestId);
        }

        // Container Registry says no with 200 and IsSuccess.
        var failed = status is < 200 or >= 300 || (found.TryGetProperty("IsSuccess", out var success) && success.ValueKind == JsonValueKind.False);
        return failed ? throw Refused(call, response, found, answer.RequestId, now) : answer;
    }

    private static AlibabaCloudException Refused(RpcCall call, HttpResponseMessage response, JsonElement root, string requestId, DateTimeOffset now)
    {
        var code = Text(root, "Code") ?? $"HTTP{(int)response.StatusCode}";
        var message = Text(root, "Message") ?? "no reason was given";
        if (response.Headers.Date is { } theirs && (now - theirs).Duration() > ToleratedSkew)
        {
            message += $"; Alibaba Cloud's clock shows {theirs:u}, this machine's {now:u}";
        }

        return AlibabaCloudException.Refused(call.ToString(), (int)response.StatusCode, code, message, requestId);
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
