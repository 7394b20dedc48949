using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>
/// Tells of each push in the envelope of CNCF Distribution 2.8. It is written to disk before the push is answered, so that a push
/// that was accepted is announced even after a crash.
/// </summary>
internal sealed class PushNotifications(RegistryFiles files, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly string _instance = Guid.NewGuid().ToString();
    private long _last;

    public void Dispose() => _waiting.Dispose();

    /// <summary>Waits until there may be something to deliver.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _waiting.WaitAsync(atMost, cancellationToken);

    /// <summary>The notifications that wait, oldest first.</summary>
    public IReadOnlyList<string> Waiting() => [.. Directory.EnumerateFiles(files.NotificationsFolder, "*.json").Order(StringComparer.Ordinal)];

    public void Announce(HttpContext context, string repository, string? tag, Digest digest, int size, ManifestContent manifest)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("events");
            WriteEvent(json, context.Request, repository, tag, digest, size, manifest);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        RegistryFiles.Write(Path.Combine(files.NotificationsFolder, $"{Next():D20}.json"), buffer.ToArray());
        _ = _waiting.Release();
    }

    private void WriteEvent(
        Utf8JsonWriter json, HttpRequest request, string repository, string? tag, Digest digest, int size, ManifestContent manifest)
    {
        json.WriteStartObject();
        json.WriteString("id", Guid.NewGuid().ToString());
        json.WriteString("timestamp", time.GetUtcNow().UtcDateTime);
        json.WriteString("action", "push");
        json.WriteStartObject("target");
        json.WriteString("mediaType", manifest.MediaType);
        json.WriteNumber("size", size);
        json.WriteString("digest", digest.ToString());
        json.WriteNumber("length", size);
        json.WriteString("repository", repository);
        json.WriteString("url", $"http://{request.Host}/v2/{repository}/manifests/{digest}");
        if (tag is not null)
        {
            json.WriteString("tag", tag);
        }

        json.WriteStartArray("references");
        foreach (var reference in manifest.Blobs.Concat(manifest.Manifests))
        {
            json.WriteStartObject();
            json.WriteString("mediaType", reference.MediaType);
            json.WriteNumber("size", reference.Size);
            json.WriteString("digest", reference.Digest.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        WriteOrigin(json, request);
        json.WriteEndObject();
    }

    private void WriteOrigin(Utf8JsonWriter json, HttpRequest request)
    {
        var connection = request.HttpContext.Connection;
        json.WriteStartObject("request");
        json.WriteString("id", Guid.NewGuid().ToString());
        json.WriteString("addr", $"{connection.RemoteIpAddress}:{connection.RemotePort}");
        json.WriteString("host", request.Host.ToString());
        json.WriteString("method", request.Method);
        json.WriteString("useragent", request.Headers.UserAgent.ToString());
        json.WriteEndObject();
        json.WriteStartObject("actor");
        json.WriteEndObject();
        json.WriteStartObject("source");
        json.WriteString("addr", $"{Environment.MachineName}:{connection.LocalPort}");
        json.WriteString("instanceID", _instance);
        json.WriteEndObject();
    }

    /// <summary>A rising number, also across restarts, so that the order of pushes is kept.</summary>
    private long Next()
    {
        while (true)
        {
            var last = Interlocked.Read(ref _last);
            var next = Math.Max(last + 1, time.GetUtcNow().UtcTicks);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return next;
            }
        }
    }
}
