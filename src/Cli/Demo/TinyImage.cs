using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.Demo;

/// <summary>An image of one small file, pushed to a registry the way <c>docker push</c> does it (OCI distribution API 1.1).</summary>
internal sealed class TinyImage
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar+gzip";
    private readonly byte[] _layer;
    private readonly byte[] _config;
    private readonly byte[] _manifest;

    public TinyImage(string content)
    {
        var tar = Tar(content);
        _layer = Compress(tar);
        _config = Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{{Digest.Of(tar)}}}"]}}""");
        _manifest = Encoding.UTF8.GetBytes(
            $$$"""{"schemaVersion":2,"mediaType":"{{{ManifestType}}}","config":{{{Descriptor(ConfigType, _config)}}},"layers":[{{{Descriptor(LayerType, _layer)}}}]}""");
    }

    public Digest Digest => Digest.Of(_manifest);

    /// <exception cref="HttpRequestException">The registry refused a part of it.</exception>
    public async Task PushAsync(HttpClient http, string registry, string repository, string tag, CancellationToken cancellationToken)
    {
        var root = new Uri($"http://{registry}/v2/{repository}/");
        await PushBlobAsync(http, root, _layer, cancellationToken);
        await PushBlobAsync(http, root, _config, cancellationToken);
        using var manifest = new ByteArrayContent(_manifest);
        manifest.Headers.ContentType = new MediaTypeHeaderValue(ManifestType);
        using var answer = await http.PutAsync(new Uri(root, $"manifests/{tag}"), manifest, cancellationToken);
        _ = answer.EnsureSuccessStatusCode();
    }

    private static async Task PushBlobAsync(HttpClient http, Uri root, byte[] blob, CancellationToken cancellationToken)
    {
        using var begun = await http.PostAsync(new Uri(root, "blobs/uploads/"), content: null, cancellationToken);
        _ = begun.EnsureSuccessStatusCode();
        var upload = new UriBuilder(new Uri(root, begun.Headers.Location!));
        upload.Query = $"{upload.Query.TrimStart('?')}&digest={Uri.EscapeDataString(Digest.Of(blob).ToString())}".TrimStart('&');
        using var content = new ByteArrayContent(blob);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var done = await http.PutAsync(upload.Uri, content, cancellationToken);
        _ = done.EnsureSuccessStatusCode();
    }

    private static string Descriptor(string mediaType, byte[] content) =>
        $$"""{"mediaType":"{{mediaType}}","size":{{content.Length}},"digest":"{{Digest.Of(content)}}"}""";

    private static byte[] Tar(string content)
    {
        using var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "etc/motd")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }

        return buffer.ToArray();
    }

    private static byte[] Compress(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return buffer.ToArray();
    }
}
