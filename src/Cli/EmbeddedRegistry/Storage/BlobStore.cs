using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Storage;

/// <summary>Content by digest, and which repository may see which blob.</summary>
internal sealed class BlobStore(RegistryFolder folder, SmallFiles files)
{
    /// <summary>Whether the blob was pushed to or mounted into the repository.</summary>
    public bool Has(RepositoryName repository, Digest digest) =>
        File.Exists(folder.Layer(repository, digest)) && File.Exists(folder.Content(digest));

    public string PathOf(Digest digest) => folder.Content(digest);

    /// <summary>Makes a blob whose content is here visible in a repository.</summary>
    public void Link(RepositoryName repository, Digest digest) => files.Write(folder.Layer(repository, digest), []);

    /// <summary>Takes a blob out of a repository; other repositories keep it.</summary>
    /// <returns>Whether the repository had it.</returns>
    public bool Unlink(RepositoryName repository, Digest digest) => SmallFiles.Remove(folder.Layer(repository, digest));

    /// <summary>Takes over a complete file whose digest was verified and that is on the disk.</summary>
    public void Adopt(string path, Digest verified)
    {
        var content = folder.Content(verified);
        if (File.Exists(content))
        {
            File.Delete(path);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(content)!);
        File.Move(path, content, overwrite: true);
    }

    /// <summary>Keeps a manifest's bytes, whose digest the caller has computed from them.</summary>
    public void Keep(ReadOnlySpan<byte> bytes, Digest computed)
    {
        var content = folder.Content(computed);
        if (!File.Exists(content))
        {
            files.Write(content, bytes);
        }
    }
}
