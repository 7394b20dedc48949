using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Kritis.Events.Servers;

/// <summary>Pushes through a registry's own API (OCI distribution specification, "push"): hundreds a second, where a client manages a few.</summary>
public static class RawPush
{
    /// <summary>Puts a small image into the registry without the ceremony of a client.</summary>
    /// <returns>Its digest.</returns>
    public static async Task<string> PutImageAsync(HttpClient registry, string repository, string tag, string content, CancellationToken cancellationToken)
    {
        var config = await PutBlobAsync(registry, repository, """{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}""", cancellationToken);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = config,
            ["layers"] = new JsonArray(),
            ["annotations"] = new JsonObject { ["content"] = content },
        };
        return await PutManifestAsync(registry, repository, tag, manifest, cancellationToken);
    }

    /// <summary>Puts an index of images that are in the repository under their digests.</summary>
    /// <returns>Its digest.</returns>
    public static Task<string> PutIndexAsync(HttpClient registry, string repository, string tag, IReadOnlyList<string> digests, CancellationToken cancellationToken) => PutManifestAsync(registry, repository, tag, new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = "application/vnd.oci.image.index.v1+json",
        ["manifests"] = new JsonArray([.. digests.Select((digest, number) => new JsonObject
        {
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["digest"] = digest,
            ["size"] = 1,
            ["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = $"a{number}" },
        })]),
    }, cancellationToken);

    private static async Task<string> PutManifestAsync(HttpClient registry, string repository, string tag, JsonObject manifest, CancellationToken cancellationToken)
    {
        using var body = new StringContent(manifest.ToJsonString(), Encoding.UTF8);
        body.Headers.ContentType = new MediaTypeHeaderValue(manifest["mediaType"]!.GetValue<string>());
        using var answer = await registry.PutAsync(new Uri($"/v2/{repository}/manifests/{tag}", UriKind.Relative), body, cancellationToken);
        ThrowUnlessCreated(answer);
        return answer.Headers.GetValues("Docker-Content-Digest").Single();
    }

    private static async Task<JsonObject> PutBlobAsync(HttpClient registry, string repository, string content, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        using var known = await registry.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri($"/v2/{repository}/blobs/{digest}", UriKind.Relative)), cancellationToken);
        if (!known.IsSuccessStatusCode)
        {
            using var begun = await registry.PostAsync(new Uri($"/v2/{repository}/blobs/uploads/", UriKind.Relative), null, cancellationToken);
            using var body = new ByteArrayContent(bytes);
            using var done = await registry.PutAsync(new Uri(begun.Headers.Location + $"&digest={digest}"), body, cancellationToken);
            ThrowUnlessCreated(done);
        }

        return new JsonObject { ["mediaType"] = "application/vnd.oci.image.config.v1+json", ["digest"] = digest, ["size"] = bytes.Length };
    }

    private static void ThrowUnlessCreated(HttpResponseMessage answer)
    {
        if (answer.StatusCode != HttpStatusCode.Created)
        {
            throw new InvalidOperationException($"The registry answered {(int)answer.StatusCode} to {answer.RequestMessage?.RequestUri}; expected 201.");
        }
    }
}
