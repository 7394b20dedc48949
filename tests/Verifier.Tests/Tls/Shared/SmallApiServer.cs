using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Verifier.Tests.Tls.Shared;

/// <summary>
/// As much of an API server as a certificate needs: objects with resource versions, of several writers one wins, JSON patches with tests in
/// them. It can be away, refuse, and have something happen between a read and the write that follows it.
/// </summary>
internal sealed class SmallApiServer : IAsyncDisposable
{
    public const string SecretPath = "/api/v1/namespaces/kritis/secrets/kritis-verifier-tls";
    public const string ConfigurationPath = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kritis-validation-hook";

    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _objects = [];
    private int _version = 100;

    private SmallApiServer(WebApplication app) => _app = app;

    /// <summary>What was written, for example <c>PUT /api/…</c>, without what was refused.</summary>
    public ConcurrentQueue<string> Writes { get; } = new();

    /// <summary>Whether connections are cut instead of answered.</summary>
    public volatile bool IsAway;

    /// <summary>A status to answer a request with instead of doing what it asks; 0 cuts the connection.</summary>
    public Func<HttpRequest, int?> Refuses { get; set; } = _ => null;

    /// <summary>What to answer a request with instead of anything sensible.</summary>
    public Func<HttpRequest, (HttpStatusCode Status, string Body)?> Answers { get; set; } = _ => null;

    /// <summary>What happens once before the next write is looked at.</summary>
    public Func<Task>? BeforeNextWrite { get; set; }

    public string Url => _app.Urls.Single();

    public IKubernetes Client() => new k8s.Kubernetes(new KubernetesClientConfiguration { Host = Url });

    public static async Task<SmallApiServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        _ = builder.Logging.ClearProviders();
        var server = new SmallApiServer(builder.Build());
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>The object at a path as it is now; null where there is none.</summary>
    public JsonObject? Get(string path)
    {
        lock (_lock)
        {
            return _objects.TryGetValue(path, out var found) ? (JsonObject)found.DeepClone() : null;
        }
    }

    /// <summary>Makes or changes an object as somebody else would; null takes it away.</summary>
    public void Set(string path, JsonObject? content)
    {
        lock (_lock)
        {
            if (content is null)
            {
                _ = _objects.Remove(path);
            }
            else
            {
                Store(path, (JsonObject)content.DeepClone());
            }
        }
    }

    /// <summary>An entry of the Secret; null where it is not there.</summary>
    public string? Entry(string name) =>
        Get(SecretPath)?["data"]?[name]?.GetValue<string>() is { } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;

    /// <summary>Changes an entry of the Secret as somebody else would.</summary>
    public void SetEntry(string name, string? content)
    {
        var secret = Get(SecretPath)!;
        secret["data"]![name] = content is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(content));
        Set(SecretPath, secret);
    }

    /// <summary>Whether an API server that follows the webhook configuration takes a certificate at a time.</summary>
    public bool Trusts(X509Certificate2 certificate, DateTimeOffset now)
    {
        var bundles = Bundles().ToList();
        return bundles.Count > 0 && certificate.MatchesHostname("kritis-verifier.kritis.svc", false, false) && bundles.All(bundle =>
        {
            using var chain = new X509Chain { ChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
            chain.ChainPolicy.CustomTrustStore.ImportFromPem(bundle);
            chain.ChainPolicy.VerificationTime = now.LocalDateTime;
            return chain.Build(certificate);
        });
    }

    /// <summary>The bundles of the webhooks that name the verifiers' service.</summary>
    public IEnumerable<string> Bundles() => (Get(ConfigurationPath)?["webhooks"]?.AsArray() ?? [])
        .Where(webhook => webhook!["clientConfig"]!["service"]?["name"]?.GetValue<string>() == "kritis-verifier"
            && webhook["clientConfig"]!["service"]!["namespace"]!.GetValue<string>() == "kritis")
        .Select(webhook => Encoding.UTF8.GetString(Convert.FromBase64String(webhook!["clientConfig"]!["caBundle"]?.GetValue<string>() ?? "")));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (IsAway || Refuses(context.Request) == 0)
        {
            context.Abort();
            return;
        }

        if (Answers(context.Request) is { } answer)
        {
            context.Response.StatusCode = (int)answer.Status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer.Body, context.RequestAborted);
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        if (Refuses(context.Request) is { } refusal)
        {
            await WriteAsync(context, refusal, Status(refusal, "refused for the test"));
            return;
        }

        if (context.Request.Method != "GET" && BeforeNextWrite is { } happens)
        {
            BeforeNextWrite = null;
            await happens();
        }

        var (status, body) = Do(context.Request.Method, context.Request.Path.Value!, text.Length == 0 ? null : JsonNode.Parse(text));
        if (context.Request.Method != "GET" && status < 300)
        {
            Writes.Enqueue($"{context.Request.Method} {context.Request.Path}");
        }

        await WriteAsync(context, status, body);
    }

    private (int Status, JsonObject Body) Do(string method, string path, JsonNode? body)
    {
        lock (_lock)
        {
            if (method == "POST")
            {
                var place = $"{path}/{body!["metadata"]!["name"]!.GetValue<string>()}";
                return _objects.ContainsKey(place) ? (409, Status(409, "it is there already")) : (201, Store(place, body.AsObject()));
            }

            if (!_objects.TryGetValue(path, out var known))
            {
                return (404, Status(404, "it is not there"));
            }

            return method switch
            {
                "PUT" => body!["metadata"]!["resourceVersion"]!.ToString() == known["metadata"]!["resourceVersion"]!.ToString()
                    ? (200, Store(path, body.AsObject()))
                    : (409, Status(409, "it has changed")),
                "PATCH" => Patched(known, body!.AsArray()) is { } patched ? (200, Store(path, patched)) : (422, Status(422, "a test failed")),
                _ => (200, known),
            };
        }
    }

    private JsonObject Store(string path, JsonObject content)
    {
        var metadata = content["metadata"] as JsonObject ?? [];
        content["metadata"] = metadata;
        metadata["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _objects[path] = content;
        return content;
    }

    private static JsonObject? Patched(JsonObject known, JsonArray operations)
    {
        var patched = (JsonObject)known.DeepClone();
        foreach (var operation in operations)
        {
            var steps = operation!["path"]!.GetValue<string>().Split('/')[1..];
            var parent = steps[..^1].Aggregate((JsonNode)patched, (node, step) => node is JsonArray array ? array[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!);
            if (operation["op"]!.GetValue<string>() == "add")
            {
                parent[steps[^1]] = operation["value"]!.DeepClone();
            }
            else if (!JsonNode.DeepEquals(parent[steps[^1]], operation["value"]))
            {
                return null;
            }
        }

        return patched;
    }

    private static JsonObject Status(int code, string message) => new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["code"] = code, ["message"] = message };

    private Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        string text;
        lock (_lock)
        {
            text = body.ToJsonString();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
