using System.Text;
using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Storage;

/// <summary>A manifest of a repository.</summary>
internal sealed record StoredManifest(Digest Digest, string MediaType, string Path);

/// <summary>The manifests and tags of the repositories.</summary>
internal sealed class ManifestStore(RegistryFolder folder, SmallFiles files, BlobStore blobs)
{
    public bool HasRepository(RepositoryName repository) => Directory.Exists(folder.Manifests(repository));

    public bool Has(RepositoryName repository, Digest digest) => Find(repository, digest) is not null;

    public StoredManifest? Find(RepositoryName repository, ManifestReference reference) =>
        (reference.Digest ?? DigestOf(repository, reference.Tag!)) is { } digest ? Find(repository, digest) : null;

    public void Put(RepositoryName repository, Digest digest, string mediaType, ReadOnlySpan<byte> bytes)
    {
        blobs.Keep(bytes, digest);
        files.Write(folder.Revision(repository, digest), Encoding.UTF8.GetBytes(mediaType));
    }

    public void SetTag(RepositoryName repository, Tag tag, Digest digest) =>
        files.Write(PathOf(repository, tag), Encoding.UTF8.GetBytes(digest.ToString()));

    /// <returns>Whether there was such a tag.</returns>
    public bool RemoveTag(RepositoryName repository, Tag tag) => SmallFiles.Remove(PathOf(repository, tag));

    /// <summary>Removes a manifest with all the tags that name it.</summary>
    /// <returns>Whether the repository had it.</returns>
    public bool Remove(RepositoryName repository, Digest digest)
    {
        foreach (var tag in Tags(repository).Where(tag => DigestOf(repository, tag) == digest))
        {
            RemoveTag(repository, tag);
        }

        return SmallFiles.Remove(folder.Revision(repository, digest));
    }

    public IEnumerable<Tag> Tags(RepositoryName repository) =>
        SmallFiles.Names(folder.Tags(repository)).Select(Tag.FromFileName).OfType<Tag>();

    /// <summary>The names of all repositories that ever had a manifest, sorted by code units.</summary>
    public IReadOnlyList<string> Repositories()
    {
        var names = new List<string>();
        Collect(new DirectoryInfo(folder.Repositories), "", names);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static void Collect(DirectoryInfo parent, string prefix, List<string> names)
    {
        foreach (var child in parent.EnumerateDirectories())
        {
            if (child.Name == "_manifests")
            {
                names.Add(prefix.TrimEnd('/'));
            }
            else if (child.Name[0] != '_')
            {
                Collect(child, prefix + child.Name + "/", names);
            }
        }
    }

    private StoredManifest? Find(RepositoryName repository, Digest digest)
    {
        var mediaType = SmallFiles.ReadText(folder.Revision(repository, digest));
        var content = blobs.PathOf(digest);
        return mediaType is not null && File.Exists(content) ? new StoredManifest(digest, mediaType, content) : null;
    }

    private Digest? DigestOf(RepositoryName repository, Tag tag) =>
        Digest.TryParse(SmallFiles.ReadText(PathOf(repository, tag)), out var digest) ? digest : null;

    private string PathOf(RepositoryName repository, Tag tag) => Path.Combine(folder.Tags(repository), tag.FileName);
}
