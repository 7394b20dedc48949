using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Restoring;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>
/// Compares what registries hold with what is attested under the rules. What the log lost comes back from the registry; what is missing is sent as a push
/// like any other, so that the consumer confirms, signs and tells as for those (G1, G2, G5). It keeps no place of its own: what the index holds is passed
/// over, so that a comparison that was broken off costs nothing but its list when it is begun again.
/// </summary>
internal sealed class Reconciliation(
    IResourceSource resources,
    AttestationIndex index,
    RegistryContents contents,
    AttachedRevocations revocations,
    AttachedComparison attachedComparison,
    TagComparison tagComparison,
    TimeProvider time)
{
    /// <summary>The <see cref="ImagePushed.Source"/> of what it sends.</summary>
    public const string Source = "reconcile";

    /// <summary>Compares.</summary>
    /// <param name="scope">What to compare.</param>
    /// <param name="send">Takes pushes that are missing; returns once they are safe.</param>
    /// <param name="progress">Told every hundred tags.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <exception cref="Attestations.Log.AttestationLogException">The log cannot be reached for what is brought back to it.</exception>
    public async Task<ReconcileReport> RunAsync(
        ReconcileScope scope, Func<IReadOnlyList<ImagePushed>, CancellationToken, Task> send, Action<ReconcileReport>? progress, CancellationToken cancellationToken)
    {
        var run = new ReconcileRun
        {
            Resources = resources.Current,
            Scope = scope,
            Report = new ReconcileReport(),
            Send = send,
            Progress = progress,
            Outstanding = new Outstanding(push => MissingSignatures.Of(resources.Current, index, push.Image, push.Tag!).Any(), time),
        };
        foreach (var registry in run.Resources.Registries.Where(registry => (scope.Registry ?? registry.Name) == registry.Name && Rules(run.Resources, registry).Any()))
        {
            try
            {
                await CompareAsync(run, registry, cancellationToken);
            }
            catch (RegistryException failure)
            {
                run.Report.Fail(failure.Message);
                run.Report.IsBrokenOff |= failure.Transient;
            }
            catch (SigningStalledException stalled)
            {
                run.Report.Fail(stalled.Message);
                break;
            }
        }

        return run.Report;
    }

    private static IEnumerable<SigningRule> Rules(ResourceSet resources, ConfiguredRegistry registry) => resources.Rules.Where(rule => rule.Registry == registry.Name);

    private async Task CompareAsync(ReconcileRun run, ConfiguredRegistry registry, CancellationToken cancellationToken)
    {
        var repositories = (await RepositoriesAsync(run, registry, cancellationToken))
            .Where(repository => run.Scope.Holds(repository.Name) && SigningRules.Covers(run.Resources, registry, repository.Name))
            .ToArray();
        run.Report.Repositories += repositories.Length;
        var revoked = revocations.RevokedIn(registry);
        foreach (var repository in repositories)
        {
            try
            {
                await CompareAsync(run, registry, repository, revoked[repository.Name], cancellationToken);
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

    private async Task<IReadOnlyList<ListedRepository>> RepositoriesAsync(ReconcileRun run, ConfiguredRegistry registry, CancellationToken cancellationToken)
    {
        var found = new List<ListedRepository>();
        try
        {
            await foreach (var page in contents.Of(registry).RepositoriesAsync(registry, cancellationToken))
            {
                found.AddRange(page.Where(listed => IsRepository(listed.Name)));
            }
        }
        catch (RegistryException refused) when (!refused.Transient)
        {
            // What rules name without a pattern needs no catalogue.
            ListedRepository[] named = [.. NamedByRules(run.Resources, registry).Except(found.Select(listed => listed.Name)).Select(name => new ListedRepository(name))];
            var problem = $"{refused.Message}. Of its repositories only those that signing rules name without '*' are compared: {found.Count + named.Length}";
            if (Rules(run.Resources, registry).All(rule => rule.Repositories.Append(rule.Namespace).All(name => !name.Contains('*', StringComparison.Ordinal))))
            {
                // These are all that rules cover.
                run.Report.Warn(problem);
            }
            else
            {
                run.Report.Fail(problem);
            }

            found.AddRange(named);
        }

        return found;

        bool IsRepository(string name) => Image.TryParse($"{registry.Host}/{name}@sha256:{new string('0', 64)}", out var image, out _) && image.Repository == name;
    }

    private static IEnumerable<string> NamedByRules(ResourceSet resources, ConfiguredRegistry registry) =>
        from rule in Rules(resources, registry)
        from repository in rule.Repositories
        let name = rule.Namespace.Length == 0 ? repository : $"{rule.Namespace}/{repository}"
        where !name.Contains('*', StringComparison.Ordinal)
        select name;

    private async Task CompareAsync(
        ReconcileRun run, ConfiguredRegistry registry, ListedRepository repository, IEnumerable<Image> revoked, CancellationToken cancellationToken)
    {
        var listed = new List<ListedTag>();
        await foreach (var page in contents.Of(registry).TagsAsync(registry, repository, cancellationToken))
        {
            listed.AddRange(page);
        }

        var unknown = await attachedComparison.RunAsync(run, registry, repository.Name, listed, revoked, cancellationToken);
        var anything = new Image(registry.Host, repository.Name, Digest.Of([]));
        var tags = listed
            .Where(tag => ImageReference.IsTag(tag.Name) && !IsAttachment(tag.Name) && SigningRules.Match(run.Resources, anything, tag.Name).Automatic.Count > 0)
            .ToArray();
        run.Report.Skipped += listed.Count - tags.Length;
        run.Report.TagsFound += tags.Length;
        await tagComparison.RunAsync(run, registry, repository.Name, tags, unknown, cancellationToken);
    }

    // cosign's own names for what is attached to an image: sha256-….sig, .att, .sbom.
    private static bool IsAttachment(string tag) =>
        tag.StartsWith("sha256-", StringComparison.Ordinal) && tag.Length > "sha256-".Length + 64 && tag["sha256-".Length..][..64].All(char.IsAsciiHexDigitLower);
}
