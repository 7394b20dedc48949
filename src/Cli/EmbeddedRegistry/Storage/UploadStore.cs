using System.Collections.Concurrent;
using Kritis.Events.Cli.EmbeddedRegistry.Names;

namespace Kritis.Events.Cli.EmbeddedRegistry.Storage;

/// <summary>
/// Unfinished uploads. Each is a file in its repository, so that it goes on after a restart where it stopped
/// and no other repository can reach it.
/// </summary>
internal sealed class UploadStore(RegistryFolder folder, BlobStore blobs, TimeProvider time)
{
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(7);
    private readonly ConcurrentDictionary<Guid, bool> _inUse = new();

    public Guid Start(RepositoryName repository)
    {
        var id = Guid.NewGuid();
        var path = folder.Upload(repository, id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var created = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        return id;
    }

    /// <summary>The bytes received so far, or null where there is no such upload.</summary>
    public long? LengthOf(RepositoryName repository, Guid id)
    {
        var file = new FileInfo(folder.Upload(repository, id));
        return file.Exists ? file.Length : null;
    }

    /// <summary>Opens an upload for one writer at a time.</summary>
    /// <param name="repository">The repository it was started in.</param>
    /// <param name="id">Its id.</param>
    /// <param name="inUse">Whether it is there but another request has it open.</param>
    /// <returns>The upload, or null where there is none or it is in use.</returns>
    public Upload? Open(RepositoryName repository, Guid id, out bool inUse)
    {
        inUse = !_inUse.TryAdd(id, true);
        if (inUse)
        {
            return null;
        }

        try
        {
            return new Upload(folder.Upload(repository, id), repository, blobs, () => _inUse.TryRemove(id, out _));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            _inUse.TryRemove(id, out _);
            return null;
        }
        catch
        {
            _inUse.TryRemove(id, out _);
            throw;
        }
    }

    /// <summary>Removes the uploads that nobody has written to for a week.</summary>
    public void RemoveAbandoned()
    {
        var oldest = time.GetUtcNow().UtcDateTime - Abandoned;
        foreach (var uploads in new DirectoryInfo(folder.Repositories).EnumerateDirectories("_uploads", SearchOption.AllDirectories))
        {
            foreach (var upload in uploads.EnumerateFiles().Where(file => file.LastWriteTimeUtc < oldest))
            {
                upload.Delete();
            }
        }
    }
}
