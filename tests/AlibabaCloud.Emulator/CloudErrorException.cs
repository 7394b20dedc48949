using System.Text.Json.Nodes;

namespace Kritis.Events.AlibabaCloud.Emulator;

/// <summary>An error as Alibaba Cloud answers it.</summary>
public sealed class CloudErrorException(int status, string code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>For example <c>Forbidden.KeyNotFound</c>.</summary>
    public string Code { get; } = code;

    /// <summary>Sends it.</summary>
    public Task WriteAsync(HttpContext context, string requestId) => WriteAsync(context, Status, requestId, new JsonObject
    {
        ["RequestId"] = requestId,
        ["HostId"] = context.Request.Host.Value,
        [nameof(Code)] = Code,
        [nameof(Message)] = Message,
    });

    /// <summary>Sends an answer.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string requestId, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-acs-request-id"] = requestId;
        context.Response.ContentType = "application/json;charset=utf-8";
        await context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
