using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

/// <summary>An image made by code.</summary>
internal sealed record SampleImage(byte[] Config, byte[] Layer, byte[] Manifest, string MediaType)
{
    public string Digest => Sample.DigestOf(Manifest);
}

/// <summary>Content to push.</summary>
internal static class Sample
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar+gzip";

    public static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>A real image: a gzipped tar of one file, the config that names its uncompressed digest, and the manifest.</summary>
    public static SampleImage Image(string seed, string architecture = "amd64")
    {
        var tar = Tar($"{seed} {architecture}");
        var layer = Gzip(tar);
        var config = Utf8($$$"""
            {"architecture":"{{{architecture}}}","os":"linux","config":{"Cmd":["/app"]},"rootfs":{"type":"layers","diff_ids":["{{{DigestOf(tar)}}}"]},"history":[{"created_by":"test"}]}
            """);
        return new SampleImage(config, layer, Manifest(Descriptor(OciConfig, config), Descriptor(OciLayer, layer)), OciManifest);
    }

    public static byte[] Manifest(string config, params string[] layers) => Utf8(
        $$"""{"schemaVersion":2,"mediaType":"{{OciManifest}}","config":{{config}},"layers":[{{string.Join(',', layers)}}]}""");

    public static byte[] Index(params string[] manifests) => Utf8(
        $$"""{"schemaVersion":2,"mediaType":"{{OciIndex}}","manifests":[{{string.Join(',', manifests)}}]}""");

    public static string Descriptor(string mediaType, byte[] content, string more = "") =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{DigestOf(content)}}","size":{{content.Length}}{{more}}}""";

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Tar(string text)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "app")
            {
                DataStream = new MemoryStream(Utf8(text)),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }

        return archive.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
