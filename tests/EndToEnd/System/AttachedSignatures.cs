using System.Text.Json;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.System;

/// <summary>What the registry holds beside an image, read with nothing but HTTP.</summary>
internal sealed record AttachedSignatures(string Digest, IReadOnlyList<(byte[] Payload, byte[] Signature)> Signatures)
{
    public static async Task<AttachedSignatures> ReadAsync(Installation installation, string repository, string digest, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{installation.Registry.Address}") };
        var tag = $"sha256-{digest["sha256:".Length..]}.sig";
        HttpResponseMessage? answer = null;
        await Eventually.Async($"{repository}:{tag} is there", async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/v2/{repository}/manifests/{tag}", UriKind.Relative));
            request.Headers.Accept.ParseAdd("application/vnd.oci.image.manifest.v1+json");
            answer = await http.SendAsync(request, cancellationToken);
            return answer.IsSuccessStatusCode;
        }, cancellationToken);
        using var manifest = JsonDocument.Parse(await answer!.Content.ReadAsByteArrayAsync(cancellationToken));
        var signatures = new List<(byte[], byte[])>();
        foreach (var layer in manifest.RootElement.GetProperty("layers").EnumerateArray())
        {
            var payload = await http.GetByteArrayAsync(new Uri($"/v2/{repository}/blobs/{layer.GetProperty("digest").GetString()}", UriKind.Relative), cancellationToken);
            signatures.Add((payload, layer.GetProperty("annotations").GetProperty("dev.cosignproject.cosign/signature").GetBytesFromBase64()));
        }

        return new AttachedSignatures(answer.Headers.GetValues("Docker-Content-Digest").Single(), signatures);
    }

    public static async Task<IReadOnlyList<string>> TagsAsync(Installation installation, string repository, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var tags = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri($"http://{installation.Registry.Address}/v2/{repository}/tags/list"), cancellationToken));
        return [.. tags.RootElement.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)];
    }
}
