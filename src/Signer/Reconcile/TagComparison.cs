using System.Collections.Concurrent;
using System.Text;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>Compares what the tags of a repository stand for with what is attested, and sends what is missing.</summary>
internal sealed class TagComparison(AttestationIndex index, TaggedManifests manifests, IndexChildren children, TimeProvider time)
{
    private const int Concurrency = 8;

    /// <summary>Compares one repository.</summary>
    /// <param name="run">The comparison.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="repository">The repository's path.</param>
    /// <param name="tags">The tags that rules cover.</param>
    /// <param name="unknown">The digests that must not be signed now.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public async Task RunAsync(
        ReconcileRun run, ConfiguredRegistry registry, string repository, IReadOnlyList<ListedTag> tags, IReadOnlySet<Digest> unknown, CancellationToken cancellationToken)
    {
        var sent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in tags.Chunk(Outstanding.Most))
        {
            var found = await LookAsync(run, registry, repository, some, cancellationToken);
            var missing = some.Select(tag => found.GetValueOrDefault(tag.Name)).OfType<Missing>()
                .Where(one => !one.Images.Any(image => unknown.Contains(image.Digest)) && sent.Add(one.Key))
                .Select(one => one.Push)
                .ToArray();
            await run.SendAsync(missing, cancellationToken);
            run.Progress?.Invoke(run.Report);
        }
    }

    private async Task<IReadOnlyDictionary<string, Missing?>> LookAsync(
        ReconcileRun run, ConfiguredRegistry registry, string repository, ListedTag[] tags, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, Missing?>();
        var problems = new ConcurrentQueue<string>();
        var counts = new Counts();
        await Parallel.ForEachAsync(tags, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken }, async (tag, cancelled) =>
        {
            try
            {
                found[tag.Name] = await CompareAsync(run, registry, repository, tag, counts, cancelled);
            }
            catch (RegistryException failure) when (!failure.Transient)
            {
                problems.Enqueue(failure.Message);
            }
        });
        foreach (var problem in problems)
        {
            run.Report.Fail(problem);
        }

        run.Report.Tags += tags.Length;
        run.Report.Known += counts.Known;
        run.Report.Skipped += counts.Skipped;
        return found;
    }

    private async Task<Missing?> CompareAsync(
        ReconcileRun run, ConfiguredRegistry registry, string repository, ListedTag tag, Counts counts, CancellationToken cancellationToken)
    {
        var manifest = tag.Digest is { } listed
            ? new TaggedManifest(listed, MayBeIndex: true)
            : await manifests.FindAsync(registry, repository, tag.Name, cancellationToken);
        if (manifest is null)
        {
            counts.Skip();
            return null;
        }

        var image = new Image(registry.Host, repository, manifest.Digest);
        IEnumerable<string> missing = [.. MissingSignatures.Of(run.Resources, index, image, tag.Name), .. MissingSignatures.ClaimsOf(run.Resources, index, registry, image, tag.Name)];
        IReadOnlyList<Image> images = [image];
        if (missing.Any() || manifest.MayBeIndex)
        {
            images = await children.FindAsync(registry, image, cancellationToken);
            if (images.Count == 0)
            {
                counts.Skip();
                return null;
            }

            missing = [.. missing.Union(images.SelectMany(child => MissingSignatures.Of(run.Resources, index, child, tag.Name)))];
        }

        if (!missing.Any())
        {
            counts.Know();
            return null;
        }

        return new Missing($"{image.Digest} {string.Join(' ', missing)}", PushOf(image, tag.Name), images);
    }

    private ImagePushed PushOf(Image image, string tag) => new()
    {
        // The same from every signer and every time, so that whoever reads the events sees that it is one.
        EventId = $"reconcile-{Digest.Of(Encoding.UTF8.GetBytes($"{image} {tag}")).Hex[..32]}",
        Image = image,
        Tag = tag,
        Source = Reconciliation.Source,
        ReceivedAt = time.GetUtcNow(),
    };

    /// <param name="Key">What is missing, so that two tags of one digest lead to one push.</param>
    /// <param name="Push">The push that brings it.</param>
    /// <param name="Images">The image and all below it.</param>
    private sealed record Missing(string Key, ImagePushed Push, IReadOnlyList<Image> Images);

    private sealed class Counts
    {
        private int _known;
        private int _skipped;

        public int Known => _known;

        public int Skipped => _skipped;

        public void Know() => Interlocked.Increment(ref _known);

        public void Skip() => Interlocked.Increment(ref _skipped);
    }
}
