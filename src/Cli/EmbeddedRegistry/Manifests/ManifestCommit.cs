using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Cli.EmbeddedRegistry.Notifications;
using Kritis.Events.Cli.EmbeddedRegistry.Storage;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Manifests;

/// <summary>A manifest whose content was checked.</summary>
internal sealed record PushedManifest(RepositoryName Repository, Tag? Tag, Digest Digest, ReadOnlyMemory<byte> Bytes, ManifestDocument Document);

/// <summary>
/// Makes manifests visible and puts their events in the queue, one push after the other,
/// so that the last event of a tag is the one of the manifest that the tag names.
/// </summary>
internal sealed class ManifestCommit(ManifestStore manifests, ReferrerStore referrers, NotificationQueue queue, EnvelopeFactory envelopes) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task PutAsync(HttpContext context, PushedManifest pushed)
    {
        var envelope = envelopes.OfPush(context, pushed);
        await _one.WaitAsync(context.RequestAborted);
        try
        {
            manifests.Put(pushed.Repository, pushed.Digest, pushed.Document.MediaType, pushed.Bytes.Span);
            if (pushed.Document.Subject is { } subject)
            {
                referrers.Put(pushed.Repository, subject, ReferrerOf(pushed));
            }

            if (pushed.Tag is { } tag)
            {
                manifests.SetTag(pushed.Repository, tag, pushed.Digest);
            }

            queue.Add(envelope);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <returns>Whether there was something to delete.</returns>
    public async Task<bool> DeleteAsync(RepositoryName repository, ManifestReference reference, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return reference.Digest is { } digest ? Delete(repository, digest) : manifests.RemoveTag(repository, reference.Tag!);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private bool Delete(RepositoryName repository, Digest digest)
    {
        if (manifests.Find(repository, new ManifestReference(null, digest)) is { } found
            && ManifestParser.TryRead(SmallFiles.Read(found.Path), found.MediaType, out var document, out _)
            && document.Subject is { } subject)
        {
            referrers.Remove(repository, subject, digest);
        }

        return manifests.Remove(repository, digest);
    }

    private static Descriptor ReferrerOf(PushedManifest pushed) => new()
    {
        MediaType = pushed.Document.MediaType,
        Size = pushed.Bytes.Length,
        Digest = pushed.Digest,
        ArtifactType = pushed.Document.ArtifactType,
        Annotations = pushed.Document.Annotations,
    };
}
