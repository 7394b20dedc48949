using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s;

namespace Kritis.Events.Verifier.Tests.Kubernetes;

/// <summary>
/// As much of an API server as the verifier speaks with, in this process: objects with versions, conflicts, merge patches, lists and watches. The real one
/// is in EndToEnd.
/// </summary>
internal sealed class ApiServerInMemory
{
    private readonly Lock _changing = new();
    private readonly Dictionary<string, JsonObject> _objects = [];
    private readonly Dictionary<string, List<(int Version, string Line)>> _happened = [];
    private readonly List<(string Collection, ChannelWriter<string> Lines)> _watchers = [];
    private readonly ConcurrentQueue<string> _requests = new();
    private int _version;

    /// <summary>Whether nobody reaches it.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether it takes requests and never answers.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The status by which it refuses a request, or null.</summary>
    public Func<HttpRequestMessage, HttpStatusCode?> Refusal { get; set; } = _ => null;

    /// <summary>Method and path of every request so far.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Clients of it, each with a way to be cut off alone.</summary>
    public IKubernetes Client(Func<bool>? isCutOff = null) =>
        new k8s.Kubernetes(new KubernetesClientConfiguration { Host = "http://cluster.test" }, new Connection(this, isCutOff ?? (() => false)));

    public int Count(string method, string path) => _requests.Count(request => request.StartsWith($"{method} {path}", StringComparison.Ordinal));

    /// <summary>The objects whose path begins so.</summary>
    public IReadOnlyList<JsonObject> Objects(string path)
    {
        lock (_changing)
        {
            return [.. _objects.Where(found => found.Key.StartsWith(path, StringComparison.Ordinal)).Select(found => (JsonObject)found.Value.DeepClone())];
        }
    }

    public IReadOnlyList<JsonObject> Events(string ns) => Objects($"/api/v1/namespaces/{ns}/events/");

    public void Forget(string path)
    {
        lock (_changing)
        {
            foreach (var gone in _objects.Keys.Where(key => key.StartsWith(path, StringComparison.Ordinal)).ToList())
            {
                _ = _objects.Remove(gone);
            }
        }
    }

    /// <summary>Puts an object into a collection that is listed and watched, for example <c>/api/v1/pods</c>.</summary>
    public void Put(string collection, JsonObject subject)
    {
        lock (_changing)
        {
            var key = KeyOf(collection, subject);
            var isNew = !_objects.ContainsKey(key);
            _objects[key] = Versioned(subject);
            Happen(collection, isNew ? "ADDED" : "MODIFIED", subject);
        }
    }

    public void Delete(string collection, string ns, string name)
    {
        lock (_changing)
        {
            if (_objects.Remove($"{collection}/{ns}/{name}", out var gone))
            {
                Happen(collection, "DELETED", Versioned(gone));
            }
        }
    }

    private static string KeyOf(string collection, JsonObject subject) =>
        $"{collection}/{subject["metadata"]!["namespace"]?.GetValue<string>()}/{subject["metadata"]!["name"]!.GetValue<string>()}";

    private JsonObject Versioned(JsonObject subject)
    {
        subject["metadata"]!["resourceVersion"] = (++_version).ToString();
        return subject;
    }

    private void Happen(string collection, string type, JsonObject subject)
    {
        var line = new JsonObject { ["type"] = type, ["object"] = subject.DeepClone() }.ToJsonString() + "\n";
        if (!_happened.TryGetValue(collection, out var happened))
        {
            _happened[collection] = happened = [];
        }

        happened.Add((_version, line));
        foreach (var watcher in _watchers.Where(watcher => watcher.Collection == collection))
        {
            _ = watcher.Lines.TryWrite(line);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        _requests.Enqueue($"{request.Method} {path}");
        if (IsAway)
        {
            throw new HttpRequestException("Connection refused\n(cluster.test)");
        }

        if (IsSilent)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        if (Refusal(request) is { } refused)
        {
            return Status(refused, "refused by\nthe test");
        }

        var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
        lock (_changing)
        {
            return request.Method.Method switch
            {
                "GET" when path is "/api/v1/pods" or "/api/v1/namespaces" || IsCollection(path) => request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal)
                    ? Watch(path, request.RequestUri.Query)
                    : List(path),
                "GET" => _objects.TryGetValue(path, out var found) ? Json(found) : Status(HttpStatusCode.NotFound, "not there"),
                "POST" => Create($"{path}/{body!["metadata"]!["name"]!.GetValue<string>()}", body),
                "PUT" => Replace(path, body!),
                "PATCH" => Patch(path, body!),
                _ => Status(HttpStatusCode.MethodNotAllowed, "not known"),
            };
        }
    }

    private HttpResponseMessage List(string collection) => Json(new JsonObject
    {
        ["kind"] = "List",
        ["metadata"] = new JsonObject { ["resourceVersion"] = _version.ToString() },
        ["items"] = new JsonArray([.. _objects.Where(found => found.Key.StartsWith(collection + "/", StringComparison.Ordinal) && IsListed(collection, found.Key)).Select(found => found.Value.DeepClone())]),
    });

    // Namespaces hold the paths of what lies in them; a namespace itself has no namespace.
    private static bool IsListed(string collection, string key) => collection != "/api/v1/namespaces" || key.StartsWith(collection + "//", StringComparison.Ordinal);

    private HttpResponseMessage Watch(string collection, string query)
    {
        var from = int.Parse(query[(query.LastIndexOf("resourceVersion=", StringComparison.Ordinal) + "resourceVersion=".Length)..].Split('&')[0]);
        var lines = Channel.CreateUnbounded<string>();
        foreach (var (version, line) in _happened.GetValueOrDefault(collection, []))
        {
            _ = version > from && lines.Writer.TryWrite(line);
        }

        _watchers.Add((collection, lines.Writer));
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new LineStream(lines.Reader)) };
    }

    private HttpResponseMessage Create(string path, JsonObject body) => _objects.TryAdd(path, Versioned(body)) ? Json(body) : Status(HttpStatusCode.Conflict, "there already");

    private HttpResponseMessage Replace(string path, JsonObject body)
    {
        if (!_objects.TryGetValue(path, out var before))
        {
            return Status(HttpStatusCode.NotFound, "not there");
        }

        if (body["metadata"]!["resourceVersion"]?.GetValue<string>() != before["metadata"]!["resourceVersion"]!.GetValue<string>())
        {
            return Status(HttpStatusCode.Conflict, "changed meanwhile");
        }

        _objects[path] = Versioned(body);
        return Json(body);
    }

    private static bool IsCollection(string path) =>
        path.StartsWith("/apis/kritis.events/v1alpha1/", StringComparison.Ordinal) && path.Count(character => character == '/') == 4;

    /// <summary>Takes a status, and nothing but it, for the version that it names.</summary>
    private HttpResponseMessage PatchStatus(string path, JsonObject body)
    {
        var parts = path.Split('/');
        var collection = string.Join('/', parts[..^2]);
        if (!_objects.TryGetValue($"{collection}//{parts[^2]}", out var before))
        {
            return Status(HttpStatusCode.NotFound, "not there");
        }

        if (body["metadata"]!["resourceVersion"]!.GetValue<string>() != before["metadata"]!["resourceVersion"]!.GetValue<string>())
        {
            return Status(HttpStatusCode.Conflict, "changed meanwhile");
        }

        before["status"] = body["status"]!.DeepClone();
        Happen(collection, "MODIFIED", Versioned(before));
        return Json(before);
    }

    private HttpResponseMessage Patch(string path, JsonObject body)
    {
        if (path.EndsWith("/status", StringComparison.Ordinal))
        {
            return PatchStatus(path, body);
        }

        if (!_objects.TryGetValue(path, out var before))
        {
            return Status(HttpStatusCode.NotFound, "not there");
        }

        foreach (var (member, value) in body)
        {
            before[member] = value?.DeepClone();
        }

        return Json(Versioned(before));
    }

    private static HttpResponseMessage Status(HttpStatusCode code, string message)
    {
        var answer = Json(new JsonObject { ["kind"] = "Status", ["message"] = message, ["code"] = (int)code });
        answer.StatusCode = code;
        return answer;
    }

    private static HttpResponseMessage Json(JsonObject body) => new(HttpStatusCode.OK) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    private sealed class Connection(ApiServerInMemory server, Func<bool> isCutOff) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = isCutOff() ? throw new HttpRequestException("the connection is cut") : await server.AnswerAsync(request, cancellationToken);
            answer.RequestMessage = request;
            return answer;
        }
    }

    /// <summary>A body that grows with what happens.</summary>
    private sealed class LineStream(ChannelReader<string> lines) : Stream
    {
        private ReadOnlyMemory<byte> _rest;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_rest.IsEmpty)
            {
                _rest = Encoding.UTF8.GetBytes(await lines.ReadAsync(cancellationToken));
            }

            var taken = Math.Min(buffer.Length, _rest.Length);
            _rest[..taken].CopyTo(buffer);
            _rest = _rest[taken..];
            return taken;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
