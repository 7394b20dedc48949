using System.Collections.Concurrent;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Restoring;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>
/// Compares what is attached in a repository with the log, both ways: what the log lost comes back from the registry, and revocations that only the log
/// holds are attached. The list of tags tells where to look.
/// </summary>
internal sealed class AttachedComparison(AttestationIndex index, LogRestoration restoration, AttachedRevocations revocations)
{
    private const int Concurrency = 8;

    /// <summary>Compares one repository.</summary>
    /// <param name="run">The comparison.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="repository">The repository's path.</param>
    /// <param name="tags">All its tags.</param>
    /// <param name="revoked">The images of the repository that the log says were revoked.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <returns>The digests of which it is not known whether they were revoked; they must not be signed now.</returns>
    public async Task<IReadOnlySet<Digest>> RunAsync(
        ReconcileRun run, ConfiguredRegistry registry, string repository, IReadOnlyList<ListedTag> tags, IEnumerable<Image> revoked, CancellationToken cancellationToken)
    {
        var images = tags.SelectMany(tag => ToLookAt(run.Resources, registry, repository, tag.Name)).Distinct().ToArray();
        var unknown = await RestoreAsync(run, registry, images, cancellationToken);
        if (!run.Scope.IsDryRun)
        {
            var listed = tags.Select(tag => tag.Name).ToHashSet(StringComparer.Ordinal);
            // A tag that was attached once can be cleaned up, by a rule for old tags for example.
            await AttachAsync(run, registry, revoked.Where(image => !revocations.WereSeen(image) || !listed.Contains(AttachmentTag.Revocations.Of(image))), cancellationToken);
        }

        return unknown;
    }

    /// <summary>Every image with attached revocations, and one with signatures where the log lacks a witness's word that rules ask for.</summary>
    private IEnumerable<Image> ToLookAt(ResourceSet resources, ConfiguredRegistry registry, string repository, string tag)
    {
        if (AttachmentTag.Revocations.TryRead(tag, out var revoked))
        {
            yield return new Image(registry.Host, repository, revoked);
        }
        else if (AttachmentTag.Signatures.TryRead(tag, out var signed) && new Image(registry.Host, repository, signed) is var image && LacksSignature(resources, image))
        {
            yield return image;
        }
    }

    private bool LacksSignature(ResourceSet resources, Image image) => SigningRules.Requestable(resources, image)
        .Any(request => index.Find(image).StandingOf(request.Witness).Standing is not (Standing.Attested or Standing.Revoked));

    private async Task<IReadOnlySet<Digest>> RestoreAsync(ReconcileRun run, ConfiguredRegistry registry, Image[] images, CancellationToken cancellationToken)
    {
        var (restored, unreadable) = (0, new ConcurrentDictionary<Digest, string>());
        await Parallel.ForEachAsync(images, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken }, async (image, cancelled) =>
        {
            try
            {
                _ = Interlocked.Add(ref restored, run.Scope.IsDryRun
                    ? await restoration.PretendAsync(registry, image, cancelled)
                    : await restoration.RestoreAsync(registry, image, cancelled));
            }
            catch (RegistryException failure) when (!failure.Transient)
            {
                unreadable[image.Digest] = $"whether {image} was revoked cannot be read, and so it is not signed: {failure.Message}";
            }
        });
        run.Report.Restored += restored;
        foreach (var problem in unreadable.Values)
        {
            run.Report.Fail(problem);
        }

        return unreadable.Keys.ToHashSet();
    }

    private async Task AttachAsync(ReconcileRun run, ConfiguredRegistry registry, IEnumerable<Image> images, CancellationToken cancellationToken)
    {
        foreach (var image in images)
        {
            try
            {
                await revocations.AttachAsync(registry, image, cancellationToken);
            }
            catch (RegistryException failure)
            {
                run.Report.Warn($"the revocation of {image} is in the log alone, and would be lost with it: {failure.Message}");
            }
        }
    }
}
