namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

/// <summary>Images in a folder as skopeo reads them (OCI image specification, "Image Layout").</summary>
internal static class OciLayout
{
    /// <summary>Writes one image.</summary>
    /// <returns>The digest that its tag names.</returns>
    public static string WriteImage(string folder, string tag, string seed)
    {
        var image = Sample.Image(seed);
        WriteContent(folder, image);
        WriteEntry(folder, tag, Sample.OciManifest, image.Manifest);
        return image.Digest;
    }

    /// <summary>Writes an index of an image for amd64 and one for arm64.</summary>
    /// <returns>The digest of the index and those of its children.</returns>
    public static (string Index, IReadOnlyList<string> Children) WriteIndex(string folder, string tag, string seed)
    {
        SampleImage[] children = [Sample.Image(seed, "amd64"), Sample.Image(seed, "arm64")];
        foreach (var child in children)
        {
            WriteContent(folder, child);
        }

        var index = Sample.Index(
            Sample.Descriptor(Sample.OciManifest, children[0].Manifest, ""","platform":{"architecture":"amd64","os":"linux"}"""),
            Sample.Descriptor(Sample.OciManifest, children[1].Manifest, ""","platform":{"architecture":"arm64","os":"linux"}"""));
        WriteBlob(folder, index);
        WriteEntry(folder, tag, Sample.OciIndex, index);
        return (Sample.DigestOf(index), [.. children.Select(child => child.Digest)]);
    }

    private static void WriteContent(string folder, SampleImage image)
    {
        WriteBlob(folder, image.Config);
        WriteBlob(folder, image.Layer);
        WriteBlob(folder, image.Manifest);
    }

    private static void WriteEntry(string folder, string tag, string mediaType, byte[] content)
    {
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        var entry = Sample.Descriptor(mediaType, content, $$""","annotations":{"org.opencontainers.image.ref.name":"{{tag}}"}""");
        File.WriteAllBytes(Path.Combine(folder, "index.json"), Sample.Index(entry));
    }

    private static void WriteBlob(string folder, byte[] content)
    {
        var blobs = Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256")).FullName;
        File.WriteAllBytes(Path.Combine(blobs, Sample.DigestOf(content)["sha256:".Length..]), content);
    }
}
