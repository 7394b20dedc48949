using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Signer.Signing;

/// <summary>
/// Finds what a pushed digest stands for, in the registry itself: an image, or an index with its children, whose digests a node or a
/// person may name as well. Signatures, attestations and SBOMs stand for nothing.
/// </summary>
internal sealed partial class PushedImages(DistributionRegistry registries, ILogger<PushedImages> logger)
{
    private const int MostImages = 1000;
    private const int DeepestIndex = 3;
    private const int Concurrency = 8;

    /// <returns>The image itself and, for an index, every image below it; none for something that is no image.</returns>
    /// <exception cref="RegistryException">The registry does not hold the digest, or cannot be asked.</exception>
    public async Task<FoundImages> FindAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var manifest = await registries.GetManifestAsync(registry, image, cancellationToken);
        if (manifest.Kind is not (ManifestKind.Image or ManifestKind.Index))
        {
            return new FoundImages([], IsWhole: true);
        }

        var found = new List<Image> { image };
        var isWhole = await AddChildrenAsync(registry, image, manifest, found, depth: 1, cancellationToken);
        return new FoundImages(found, isWhole);
    }

    private async Task<bool> AddChildrenAsync(
        ConfiguredRegistry registry, Image parent, RegistryManifest manifest, List<Image> found, int depth, CancellationToken cancellationToken)
    {
        if (manifest.Children.Count == 0)
        {
            return true;
        }

        if (depth > DeepestIndex || found.Count + manifest.Children.Count > MostImages)
        {
            throw new RegistryException(RegistryException.AnswerTooLarge,
                $"{parent} is an index of more than {MostImages} images or {DeepestIndex} levels; push its parts under tags of their own", transient: false);
        }

        var children = manifest.Children
            .Select(child => parent with { Digest = child.Digest })
            .Where(child => !found.Contains(child))
            .Distinct()
            .ToArray();
        var manifests = new RegistryManifest?[children.Length];
        await Parallel.ForAsync(0, children.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (position, cancelled) => manifests[position] = await GetChildAsync(registry, parent, children[position], cancelled));
        var isWhole = true;
        foreach (var (child, childManifest) in children.Zip(manifests))
        {
            isWhole &= childManifest is not null;
            if (childManifest?.Kind is ManifestKind.Image or ManifestKind.Index)
            {
                found.Add(child);
                isWhole &= await AddChildrenAsync(registry, child, childManifest, found, depth + 1, cancellationToken);
            }
        }

        return isWhole;
    }

    private async Task<RegistryManifest?> GetChildAsync(
        ConfiguredRegistry registry, Image parent, Image child, CancellationToken cancellationToken)
    {
        try
        {
            return await registries.GetManifestAsync(registry, child, cancellationToken);
        }
        catch (RegistryException absent) when (absent.Code == RegistryException.NotInRegistry)
        {
            // A sparse index is allowed; what the registry does not hold is not signed.
            Log.ChildAbsent(logger, child.Digest, parent);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Child}, named by the index {Index}, is not in the registry and is not attested.")]
        public static partial void ChildAbsent(ILogger logger, Digest child, Image index);
    }
}

/// <summary>What a digest stands for.</summary>
/// <param name="Images">The images.</param>
/// <param name="IsWhole">Whether the registry held everything that an index names, so that it will always be these.</param>
internal sealed record FoundImages(IReadOnlyList<Image> Images, bool IsWhole);
