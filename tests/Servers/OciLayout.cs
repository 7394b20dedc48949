using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Kritis.Events.Servers;

/// <summary>An OCI image layout on disk (OCI image specification 1.1), for skopeo to push from.</summary>
public sealed class OciLayout : IDisposable
{
    public const string Tag = "1";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private readonly ServerFolder _folder = new("oci");

    private OciLayout() => _folder.Write("oci-layout", """{"imageLayoutVersion":"1.0.0"}""");

    public string Path => _folder.Path;

    /// <summary>The digest of what <see cref="Tag"/> names.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>The digests of an index's images; empty for an image.</summary>
    public IReadOnlyList<string> Children { get; private set; } = [];

    /// <summary>One image with one small layer that holds <paramref name="content"/>.</summary>
    public static OciLayout Image(string content)
    {
        var layout = new OciLayout();
        var (descriptor, digest) = layout.AddImage(content, "amd64");
        layout.Digest = digest;
        layout.WriteIndex(descriptor);
        return layout;
    }

    /// <summary>An index of one image for each of <paramref name="architectures"/>.</summary>
    public static OciLayout Index(string content, params string[] architectures)
    {
        var layout = new OciLayout();
        var images = architectures.Select(architecture => layout.AddImage($"{content} for {architecture}", architecture)).ToArray();
        var index = $$"""{"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{string.Join(',', images.Select(image => image.Descriptor))}}]}""";
        (layout.Digest, var size) = layout.AddBlob(Encoding.UTF8.GetBytes(index));
        layout.Children = [.. images.Select(image => image.Digest)];
        layout.WriteIndex($$"""{"mediaType":"{{IndexType}}","digest":"{{layout.Digest}}","size":{{size}}""");
        return layout;
    }

    public void Dispose() => _folder.Dispose();

    private (string Descriptor, string Digest) AddImage(string content, string architecture)
    {
        var tar = Tar(content);
        var diff = DigestOf(tar);
        var (layer, layerSize) = AddBlob(Compress(tar));
        var (config, configSize) = AddBlob(Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"{{{architecture}}}","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{{diff}}}"]}}"""));
        var (digest, size) = AddBlob(Encoding.UTF8.GetBytes(
            $$$"""{"schemaVersion":2,"mediaType":"{{{ManifestType}}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{config}}}","size":{{{configSize}}}},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{{layer}}}","size":{{{layerSize}}}}]}"""));
        return ($$$"""{"mediaType":"{{{ManifestType}}}","digest":"{{{digest}}}","size":{{{size}}},"platform":{"architecture":"{{{architecture}}}","os":"linux"}}""", digest);
    }

    private void WriteIndex(string descriptor) => _folder.Write("index.json",
        $$$"""{"schemaVersion":2,"manifests":[{{{descriptor.TrimEnd('}')}}}{{{(descriptor.Contains("platform", StringComparison.Ordinal) ? "}" : "")}}},"annotations":{"org.opencontainers.image.ref.name":"{{{Tag}}}"}}]}""");

    private (string Digest, int Size) AddBlob(byte[] content)
    {
        var digest = DigestOf(content);
        var path = _folder.File($"blobs/sha256/{digest["sha256:".Length..]}");
        _ = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return (digest, content.Length);
    }

    private static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Tar(string content)
    {
        using var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "content")
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
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return buffer.ToArray();
    }
}
