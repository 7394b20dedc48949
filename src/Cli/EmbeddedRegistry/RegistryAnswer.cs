using System.Text.Json;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>Answers in the distribution API's own form (OCI distribution specification 1.1, "Error Codes").</summary>
internal static class RegistryAnswer
{
    public static Task ErrorAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : JsonAsync(context, json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("errors");
                json.WriteStartObject();
                json.WriteString("code", code);
                json.WriteString("message", message);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            });
    }

    /// <summary>A page of names: <c>n</c> of them after <c>last</c>, with a <c>Link</c> to the next page.</summary>
    public static Task PageAsync(HttpContext context, IEnumerable<string> names, string member, Action<Utf8JsonWriter>? before = null)
    {
        var query = context.Request.Query;
        var last = query["last"].ToString();
        var size = int.TryParse(query["n"], out var asked) && asked is > 0 and <= 1000 ? asked : 1000;
        var page = names.Where(name => last.Length == 0 || string.CompareOrdinal(name, last) > 0).Take(size + 1).ToList();
        if (page.Count > size)
        {
            page.RemoveAt(size);
            context.Response.Headers.Link = $"<{context.Request.Path}?n={size}&last={Uri.EscapeDataString(page[^1])}>; rel=\"next\"";
        }

        return JsonAsync(context, json =>
        {
            json.WriteStartObject();
            before?.Invoke(json);
            json.WriteStartArray(member);
            page.ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task JsonAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
    }
}
