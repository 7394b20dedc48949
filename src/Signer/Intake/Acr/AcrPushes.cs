using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Signer.Intake.Acr;

/// <summary>
/// Turns pushes to Container Registry into images. The host comes from the <c>Registry</c> resource whose instance, region and namespaces fit, never from
/// the event; a digest that the event does not carry comes from the registry.
/// </summary>
internal sealed class AcrPushes(IResourceSource resources, DistributionRegistry registries, TimeProvider time)
{
    /// <summary>Adds one push to what is taken.</summary>
    /// <param name="push">The push.</param>
    /// <param name="named">The registry that the request names, or null.</param>
    /// <param name="taken">What is taken.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MalformedException">Which registry is meant stays open.</exception>
    /// <exception cref="RegistryAwayException">The registry must be asked and does not answer.</exception>
    public async Task AddAsync(AcrPush push, ConfiguredRegistry? named, TakenPushes taken, CancellationToken cancellationToken)
    {
        if (push.Tag is { } tag && ManifestKind.IsSupplyChainTag(tag))
        {
            taken.Ignore(IgnoredReason.Signature);
            return;
        }

        if (Find(push, named, out var reason) is not { } registry)
        {
            taken.Ignore(reason, push.ToString());
            return;
        }

        if (!ImageReference.TryParse($"{registry.Host}/{push.Repository}", out _, out _))
        {
            taken.Ignore(IgnoredReason.Name, push.ToString());
            return;
        }

        if ((push.Digest ?? await ResolveAsync(registry, push, cancellationToken)) is not { } digest)
        {
            taken.Ignore(IgnoredReason.TagGone, push.ToString());
        }
        else if (Image.TryParse($"{registry.Host}/{push.Repository}@{digest}", out var image, out _))
        {
            taken.Add(Pushed(push, image));
        }
        else
        {
            taken.Ignore(IgnoredReason.Name, push.ToString());
        }
    }

    private ConfiguredRegistry? Find(AcrPush push, ConfiguredRegistry? named, out string reason)
    {
        if (named is { Acr: null })
        {
            throw new MalformedException($"the Registry resource '{named.Name}' (?registry=NAME) is no instance of Container Registry: give it 'acr: {{ instanceId, region }}'");
        }

        reason = IgnoredReason.UnknownInstance;
        var instances = (named is null ? resources.Current.Registries.Where(known => known.Acr is not null) : [named])
            .Where(known => push.InstanceId is null || known.Acr!.InstanceId == push.InstanceId).ToArray();
        if (instances.Length == 0)
        {
            return null;
        }

        reason = IgnoredReason.Region;
        instances = [.. instances.Where(known => known.Acr!.Region == push.Region)];
        if (instances.Length == 0)
        {
            return null;
        }

        reason = IgnoredReason.Namespace;
        instances = [.. instances.Where(known => known.Acr!.Namespaces.Any(pattern => GlobPattern.Parse(pattern).IsMatch(push.Namespace)))];
        return instances.Length <= 1 ? instances.FirstOrDefault() : throw new MalformedException(
            $"the Registry resources {string.Join(" and ", instances.Select(known => $"'{known.Name}'"))} are all in {push.Region} with the namespace '{push.Namespace}': "
            + "name the one that sends this in the trigger's URL (?registry=NAME)");
    }

    private async Task<Digest?> ResolveAsync(ConfiguredRegistry registry, AcrPush push, CancellationToken cancellationToken)
    {
        try
        {
            return await registries.ResolveTagAsync(registry, push.Repository, push.Tag!, cancellationToken);
        }
        catch (RegistryException gone) when (gone.Code == RegistryException.NotInRegistry)
        {
            return null;
        }
        catch (RegistryException failure)
        {
            throw new RegistryAwayException($"the event names no digest, and {Excerpt.Of(failure.Message)}", failure);
        }
    }

    private ImagePushed Pushed(AcrPush push, Image image)
    {
        var now = time.GetUtcNow();
        return new ImagePushed
        {
            EventId = push.Id ?? Guid.CreateVersion7(now).ToString(),
            Image = image,
            Tag = push.Tag,
            Source = push.Source,
            Actor = push.Actor,
            PushedAt = push.PushedAt,
            ReceivedAt = now,
        };
    }
}
