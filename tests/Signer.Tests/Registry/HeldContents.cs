using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;
using Microsoft.AspNetCore.Http;

namespace Kritis.Events.Signer.Tests.Registry;

/// <summary>What a <see cref="ScriptedRegistry"/> holds: it can be pushed to and listed, as far as the signer does.</summary>
internal sealed class HeldContents
{
    private readonly ConcurrentDictionary<string, byte[]> _manifests = new();
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new();

    /// <summary>Whether it takes anything from the signer.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>The manifest of an image that is told apart by <paramref name="content"/>.</summary>
    public static byte[] Manifest(string content) => Encoding.UTF8.GetBytes(
        $$$"""{"schemaVersion":2,"mediaType":"{{{ScriptedRegistry.ManifestType}}}","annotations":{"content":"{{{content}}}"},"config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"{{{Digest.Of("{}"u8)}}}"},"layers":[]}""");

    public static byte[] Index(params byte[][] manifests) => Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{string.Join(',', manifests.Select(manifest => $$"""{"mediaType":"{{ScriptedRegistry.ManifestType}}","size":{{manifest.Length}},"digest":"{{Digest.Of(manifest)}}"}"""))}}]}""");

    public void Hold(string repository, byte[] manifest, params string[] tags)
    {
        foreach (var reference in tags.Append(Digest.Of(manifest).ToString()))
        {
            _manifests[$"{repository}/manifests/{reference}"] = manifest;
        }
    }

    public void HoldBlob(byte[] blob) => _blobs[Digest.Of(blob).ToString()] = blob;

    public void Forget(string repository, string reference) => _manifests.TryRemove($"{repository}/manifests/{reference}", out _);

    public byte[]? ManifestAt(string repository, string reference) => _manifests.GetValueOrDefault($"{repository}/manifests/{reference}");

    public async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!["/v2/".Length..];
        await (context.Request.Method switch
        {
            "PUT" or "POST" => TakeAsync(context, path),
            _ when path == "_catalog" => ListAsync(context, "repositories", _manifests.Keys.Select(key => key[..key.IndexOf("/manifests/", StringComparison.Ordinal)])),
            _ when path.EndsWith("/tags/list", StringComparison.Ordinal) => ListAsync(context, "tags", TagsOf(path[..^"/tags/list".Length])),
            _ when path.Contains("/blobs/", StringComparison.Ordinal) => GiveAsync(context, _blobs.GetValueOrDefault(path[(path.LastIndexOf('/') + 1)..]), "application/octet-stream"),
            _ => GiveManifestAsync(context, _manifests.GetValueOrDefault(path)),
        });
    }

    private IEnumerable<string> TagsOf(string repository) => _manifests.Keys
        .Where(key => key.StartsWith($"{repository}/manifests/", StringComparison.Ordinal))
        .Select(key => key[$"{repository}/manifests/".Length..])
        .Where(reference => !reference.StartsWith("sha256:", StringComparison.Ordinal));

    private static Task ListAsync(HttpContext context, string member, IEnumerable<string> names) =>
        context.Response.WriteAsync($$"""{"{{member}}":[{{string.Join(',', names.Distinct().Order(StringComparer.Ordinal).Select(name => $"\"{name}\""))}}]}""");

    private static Task GiveManifestAsync(HttpContext context, byte[]? manifest)
    {
        var isIndex = manifest is not null && Encoding.UTF8.GetString(manifest).Contains("\"manifests\"", StringComparison.Ordinal);
        return GiveAsync(context, manifest, isIndex ? MediaTypes.OciIndex : ScriptedRegistry.ManifestType);
    }

    private static async Task GiveAsync(HttpContext context, byte[]? content, string mediaType)
    {
        if (content is null)
        {
            await ScriptedRegistry.StatusAsync(context, HttpStatusCode.NotFound);
            return;
        }

        context.Response.ContentType = mediaType;
        context.Response.Headers["Docker-Content-Digest"] = Digest.Of(content).ToString();
        if (context.Request.Method != "HEAD")
        {
            await context.Response.Body.WriteAsync(content);
        }
    }

    private async Task TakeAsync(HttpContext context, string path)
    {
        if (IsReadOnly)
        {
            await ScriptedRegistry.StatusAsync(context, HttpStatusCode.Forbidden);
            return;
        }

        if (context.Request.Method == "POST")
        {
            context.Response.Headers.Location = $"/v2/{path}1";
            await ScriptedRegistry.StatusAsync(context, HttpStatusCode.Accepted);
            return;
        }

        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content);
        if (path.Contains("/manifests/", StringComparison.Ordinal))
        {
            _manifests[path] = content.ToArray();
        }
        else
        {
            HoldBlob(content.ToArray());
        }

        await ScriptedRegistry.StatusAsync(context, HttpStatusCode.Created);
    }
}
