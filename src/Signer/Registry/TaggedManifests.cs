using System.Net;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>Asks what tags stand for, with HEAD: a hint, for whoever compares.</summary>
internal sealed class TaggedManifests(RegistryClient client, DistributionRegistry registries, RegistryClientOptions options)
{
    /// <summary>What the registry names for a tag or digest. Null where it is gone, or is no manifest.</summary>
    /// <exception cref="RegistryException">The registry answers something else, or cannot be asked.</exception>
    public async Task<TaggedManifest?> FindAsync(ConfiguredRegistry registry, string repository, string reference, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(registry, repository, write: false, options.MostManifestBytes,
            () => RegistryClient.ManifestRequest(HttpMethod.Head, registry, repository, reference), cancellationToken);
        if (answer.Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        if (!answer.IsSuccess)
        {
            throw answer.Failure(registry, $"{registry.Host}/{repository}:{reference}");
        }

        var isIndex = MediaTypes.IsIndex(answer.MediaType);
        if (!isIndex && !MediaTypes.IsManifest(answer.MediaType))
        {
            return null;
        }

        return new TaggedManifest(
            Digest.TryParse(answer.Header("Docker-Content-Digest"), out var digest) ? digest : await registries.ResolveTagAsync(registry, repository, reference, cancellationToken),
            isIndex);
    }
}

/// <summary>What a tag stands for.</summary>
/// <param name="Digest">The digest.</param>
/// <param name="MayBeIndex">Whether there may be images below it.</param>
internal sealed record TaggedManifest(Digest Digest, bool MayBeIndex);
