using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Storage;

/// <summary>
/// The layout of the data folder. Content lies once, by its digest; what a repository has are links to it:
/// <code>
/// blobs/sha256/ab/abcd…                              content
/// repositories/NAME/_layers/abcd…                    the repository has this blob (empty file)
/// repositories/NAME/_manifests/revisions/abcd…       the repository has this manifest (its media type)
/// repositories/NAME/_manifests/tags/TAG              the tag's digest
/// repositories/NAME/_manifests/referrers/SUBJECT/…   descriptors of the manifests that name SUBJECT
/// repositories/NAME/_uploads/ID                      an unfinished upload
/// notifications/SEQUENCE.json                        an event that was not delivered yet
/// temporary/                                         files on their way to another place; emptied at start
/// </code>
/// Folders of a repository start with <c>_</c>, which no part of a repository's name does.
/// </summary>
internal sealed class RegistryFolder
{
    private readonly string _root;

    public RegistryFolder(EmbeddedRegistryOptions options)
    {
        _root = Path.GetFullPath(options.DataFolder);
        if (Directory.Exists(Temporary))
        {
            Directory.Delete(Temporary, recursive: true);
        }

        foreach (var folder in (string[])[Temporary, Notifications, Repositories, Path.Combine(_root, "blobs", "sha256")])
        {
            Directory.CreateDirectory(folder);
        }
    }

    public string Repositories => Path.Combine(_root, "repositories");

    public string Notifications => Path.Combine(_root, "notifications");

    private string Temporary => Path.Combine(_root, "temporary");

    public string Content(Digest digest) => Path.Combine(_root, "blobs", "sha256", digest.Hex[..2], digest.Hex);

    public string Layer(RepositoryName repository, Digest digest) => Path.Combine(Of(repository), "_layers", digest.Hex);

    public string Manifests(RepositoryName repository) => Path.Combine(Of(repository), "_manifests");

    public string Revision(RepositoryName repository, Digest digest) => Path.Combine(Manifests(repository), "revisions", digest.Hex);

    public string Tags(RepositoryName repository) => Path.Combine(Manifests(repository), "tags");

    public string Referrers(RepositoryName repository, Digest subject) => Path.Combine(Manifests(repository), "referrers", subject.Hex);

    public string Upload(RepositoryName repository, Guid id) => Path.Combine(Of(repository), "_uploads", id.ToString("D"));

    public string NewTemporaryFile() => Path.Combine(Temporary, Guid.NewGuid().ToString("N"));

    private string Of(RepositoryName repository) => Path.Combine([Repositories, .. repository.Value.Split('/')]);
}
