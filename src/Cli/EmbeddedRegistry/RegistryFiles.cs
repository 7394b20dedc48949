using System.Security.Cryptography;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>
/// The registry's content on disk. Blobs are kept once, by digest; a repository holds links to those that were pushed to it and to no
/// others. Every file appears whole: written beside its place, flushed, renamed.
/// </summary>
internal sealed class RegistryFiles
{
    private const string Manifests = "_manifests";
    private const string Layers = "_layers";
    private const string TagsFolder = "_tags";
    private readonly string _root;

    public RegistryFiles(EmbeddedRegistryOptions options)
    {
        _root = Path.GetFullPath(options.DataFolder);
        foreach (var folder in new[] { "blobs", "uploads", "repositories", "notifications" })
        {
            _ = Directory.CreateDirectory(Path.Combine(_root, folder));
        }
    }

    public string NotificationsFolder => Path.Combine(_root, "notifications");

    public string BlobPath(Digest digest) => Path.Combine(_root, "blobs", digest.Hex);

    public string UploadPath(string id) => Path.Combine(_root, "uploads", id);

    public bool HoldsBlob(string repository, Digest digest) => File.Exists(Link(repository, Layers, digest.Hex)) && File.Exists(BlobPath(digest));

    public void LinkBlob(string repository, Digest digest) => WriteSmall(Link(repository, Layers, digest.Hex), "");

    /// <summary>Takes a finished upload in, if its content has <paramref name="digest"/>.</summary>
    public async Task<bool> TakeInAsync(string repository, string uploadPath, Digest digest, CancellationToken cancellationToken)
    {
        await using (var content = File.OpenRead(uploadPath))
        {
            var hash = await SHA256.HashDataAsync(content, cancellationToken);
            if (Convert.ToHexStringLower(hash) != digest.Hex)
            {
                return false;
            }
        }

        File.Move(uploadPath, BlobPath(digest), overwrite: true);
        LinkBlob(repository, digest);
        return true;
    }

    public string? MediaTypeOf(string repository, Digest digest)
    {
        var link = Link(repository, Manifests, digest.Hex);
        return File.Exists(link) ? File.ReadAllText(link) : null;
    }

    public void WriteManifest(string repository, Digest digest, string mediaType, byte[] content)
    {
        Write(BlobPath(digest), content);
        WriteSmall(Link(repository, Manifests, digest.Hex), mediaType);
    }

    public void DeleteManifest(string repository, Digest digest)
    {
        File.Delete(Link(repository, Manifests, digest.Hex));
        foreach (var tag in Tags(repository).Where(tag => DigestOf(repository, tag) == digest).ToArray())
        {
            DeleteTag(repository, tag);
        }
    }

    public Digest? DigestOf(string repository, string tag)
    {
        var path = Link(repository, TagsFolder, tag);
        return File.Exists(path) && Digest.TryParse(File.ReadAllText(path), out var digest) ? digest : null;
    }

    public void WriteTag(string repository, string tag, Digest digest) => WriteSmall(Link(repository, TagsFolder, tag), digest.ToString());

    public void DeleteTag(string repository, string tag) => File.Delete(Link(repository, TagsFolder, tag));

    public bool HoldsRepository(string repository) => Directory.Exists(Path.Combine(RepositoryPath(repository), Manifests));

    public IEnumerable<string> Tags(string repository)
    {
        var folder = Path.Combine(RepositoryPath(repository), TagsFolder);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)
            : [];
    }

    public IEnumerable<string> Repositories()
    {
        var root = Path.Combine(_root, "repositories");
        return Directory.EnumerateDirectories(root, Manifests, SearchOption.AllDirectories)
            .Select(folder => Path.GetRelativePath(root, Path.GetDirectoryName(folder)!).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Writes a file so that it is seen whole or not at all.</summary>
    public static void Write(string path, byte[] content)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = Path.Combine(Path.GetDirectoryName(path)!, $".{Guid.NewGuid():N}");
        using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static void WriteSmall(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text));

    private string Link(string repository, string kind, string name) => Path.Combine(RepositoryPath(repository), kind, name);

    private string RepositoryPath(string repository) => Path.Combine(_root, "repositories", Path.Combine(repository.Split('/')));
}
