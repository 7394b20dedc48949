using System.Collections.Concurrent;
using System.Text;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>
/// Compares what registries hold with what is attested under the rules, and sends what is missing as a push like any other, so that the consumer
/// confirms, signs and tells as for those (G1, G2, G5). It keeps no place of its own: what the index holds is passed over, so that a
/// comparison that was broken off costs nothing but its list when it is begun again.
/// </summary>
internal sealed class Reconciliation(IResourceSource resources, AttestationIndex index, RegistryContents contents, TimeProvider time)
{
    /// <summary>The <see cref="ImagePushed.Source"/> of what it sends.</summary>
    public const string Source = "reconcile";

    private const int Concurrency = 8;

    /// <summary>Compares.</summary>
    /// <param name="scope">What to compare.</param>
    /// <param name="send">Takes pushes that are missing; returns once they are safe.</param>
    /// <param name="progress">Told after each repository.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public async Task<ReconcileReport> RunAsync(
        ReconcileScope scope, Func<IReadOnlyList<ImagePushed>, CancellationToken, Task> send, Action<ReconcileReport>? progress, CancellationToken cancellationToken)
    {
        var (report, current) = (new ReconcileReport(), resources.Current);
        var run = new Run(current, scope, report, send, progress, new Outstanding(index, time));
        foreach (var registry in current.Registries.Where(registry => (scope.Registry ?? registry.Name) == registry.Name && AutomaticRules(current, registry).Any()))
        {
            try
            {
                await CompareAsync(run, registry, cancellationToken);
            }
            catch (RegistryException failure)
            {
                report.Fail(failure.Message);
            }
        }

        return report;
    }

    private static IEnumerable<SigningRule> AutomaticRules(ResourceSet resources, ConfiguredRegistry registry) =>
        resources.Rules.Where(rule => rule.Registry == registry.Name && rule.Mode == SigningMode.Automatic);

    private async Task CompareAsync(Run run, ConfiguredRegistry registry, CancellationToken cancellationToken)
    {
        var repositories = (await RepositoriesAsync(run, registry, cancellationToken))
            .Where(repository => run.Scope.Holds(repository) && SigningRules.CoversAutomatically(run.Resources, registry, repository))
            .ToArray();
        run.Report.Repositories += repositories.Length;
        foreach (var repository in repositories)
        {
            try
            {
                await CompareAsync(run, registry, repository, cancellationToken);
                run.Report.RepositoriesDone++;
            }
            catch (RegistryException failure) when (!failure.Transient)
            {
                // What is wrong with one repository is not wrong with the next; a registry in trouble is left alone until the next time.
                run.Report.Fail(failure.Message);
            }

            run.Progress?.Invoke(run.Report);
        }
    }

    private async Task<IReadOnlyList<string>> RepositoriesAsync(Run run, ConfiguredRegistry registry, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        try
        {
            await foreach (var page in contents.RepositoriesAsync(registry, cancellationToken))
            {
                found.AddRange(page.Where(IsRepository));
            }
        }
        catch (RegistryException refused) when (!refused.Transient)
        {
            // What rules name without a pattern needs no catalogue.
            string[] named = [.. NamedByRules(run.Resources, registry).Except(found)];
            run.Report.Fail($"{refused.Message}. Of its repositories only those that signing rules name without '*' are compared: {found.Count + named.Length}");
            found.AddRange(named);
        }

        return found;

        bool IsRepository(string name) => Image.TryParse($"{registry.Host}/{name}@sha256:{new string('0', 64)}", out var image, out _) && image.Repository == name;
    }

    private static IEnumerable<string> NamedByRules(ResourceSet resources, ConfiguredRegistry registry) =>
        from rule in AutomaticRules(resources, registry)
        from repository in rule.Repositories
        let name = rule.Namespace.Length == 0 ? repository : $"{rule.Namespace}/{repository}"
        where !name.Contains('*', StringComparison.Ordinal)
        select name;

    private async Task CompareAsync(Run run, ConfiguredRegistry registry, string repository, CancellationToken cancellationToken)
    {
        var sent = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in contents.TagsAsync(registry, repository, cancellationToken))
        {
            var tags = page.Where(tag => ImageReference.IsTag(tag) && !IsAttachment(tag)).ToArray();
            run.Report.Skipped += page.Count - tags.Length;
            var missing = (await MissingAsync(run, registry, repository, tags, cancellationToken)).Where(found => sent.Add(found.Key)).ToArray();
            await SendAsync(run, [.. missing.Select(found => found.Push)], cancellationToken);
        }
    }

    private async Task<IEnumerable<Missing>> MissingAsync(
        Run run, ConfiguredRegistry registry, string repository, string[] tags, CancellationToken cancellationToken)
    {
        var digests = new ConcurrentDictionary<string, Digest?>();
        var problems = new ConcurrentQueue<RegistryException>();
        await Parallel.ForEachAsync(tags, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken }, async (tag, cancelled) =>
        {
            try
            {
                digests[tag] = await contents.DigestOfAsync(registry, repository, tag, cancelled);
            }
            catch (RegistryException failure) when (!failure.Transient)
            {
                problems.Enqueue(failure);
            }
        });
        foreach (var problem in problems)
        {
            run.Report.Fail(problem.Message);
        }

        run.Report.Tags += digests.Count;
        return tags.Where(digests.ContainsKey).Select(tag => Compare(run, registry, repository, tag, digests[tag])).OfType<Missing>();
    }

    private Missing? Compare(Run run, ConfiguredRegistry registry, string repository, string tag, Digest? digest)
    {
        if (digest is not { } named)
        {
            run.Report.Skipped++;
            return null;
        }

        var image = new Image(registry.Host, repository, named);
        var witnesses = MissingSignatures.Of(run.Resources, index, image, tag);
        if (witnesses.Count == 0)
        {
            run.Report.Known++;
            return null;
        }

        return new Missing($"{image.Digest} {string.Join(' ', witnesses)}", new ImagePushed
        {
            // The same from every signer and every time, so that whoever reads the events sees that it is one.
            EventId = $"reconcile-{Digest.Of(Encoding.UTF8.GetBytes($"{image} {tag}")).Hex[..32]}",
            Image = image,
            Tag = tag,
            Source = Source,
            ReceivedAt = time.GetUtcNow(),
        });
    }

    private static async Task SendAsync(Run run, IReadOnlyList<ImagePushed> pushes, CancellationToken cancellationToken)
    {
        if (pushes.Count == 0)
        {
            return;
        }

        await run.Send(pushes, cancellationToken);
        run.Report.Sent += pushes.Count;
        if (!run.Scope.IsDryRun)
        {
            foreach (var push in pushes)
            {
                run.Outstanding.Add(push.Image);
            }

            await run.Outstanding.WaitForRoomAsync(cancellationToken);
        }
    }

    // cosign's own names for what is attached to an image: sha256-….sig, .att, .sbom.
    private static bool IsAttachment(string tag) =>
        tag.StartsWith("sha256-", StringComparison.Ordinal) && tag.Length > "sha256-".Length + 64 && tag["sha256-".Length..][..64].All(char.IsAsciiHexDigitLower);

    private sealed record Missing(string Key, ImagePushed Push);

    private sealed record Run(
        ResourceSet Resources,
        ReconcileScope Scope,
        ReconcileReport Report,
        Func<IReadOnlyList<ImagePushed>, CancellationToken, Task> Send,
        Action<ReconcileReport>? Progress,
        Outstanding Outstanding);
}
