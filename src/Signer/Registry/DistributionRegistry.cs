using System.Text.Json;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Polly;
using Polly.Retry;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// Asks registries through the OCI distribution API. A manifest is fetched whole rather than asked about with HEAD: its bytes prove its
/// digest, whatever a proxy's header says, and tell an image from a signature, in the same one round trip.
/// </summary>
internal sealed class DistributionRegistry
{
    private readonly RegistryClient _client;
    private readonly RegistryClientOptions _options;
    private readonly ResiliencePipeline<BoundedAnswer> _visible;

    public DistributionRegistry(RegistryClient client, RegistryClientOptions options, TimeProvider time)
    {
        (_client, _options) = (client, options);
        _visible = new ResiliencePipelineBuilder<BoundedAnswer> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<BoundedAnswer>
            {
                MaxRetryAttempts = options.VisibilityAttempts - 1,
                Delay = options.VisibilityPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = new PredicateBuilder<BoundedAnswer>().HandleResult(answer => answer.Status == System.Net.HttpStatusCode.NotFound),
            })
            .Build();
    }

    /// <summary>The manifest of <paramref name="image"/>, asked for again within bounds while the registry does not show it yet.</summary>
    /// <exception cref="RegistryException">The registry does not hold it under that repository, answers something else, or cannot be asked.</exception>
    public async Task<RegistryManifest> GetManifestAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(registry, image.Repository, image.Digest.ToString(), image.ToString(), cancellationToken);
        if (Digest.Of(answer.Body) != image.Digest)
        {
            throw new RegistryException(RegistryException.AnotherDigest,
                $"registry '{registry.Name}' answered {Digest.Of(answer.Body)} when asked for {image}; nothing was signed", transient: false);
        }

        return Read(answer, image.ToString());
    }

    /// <summary>The digest that a tag has now: the SHA-256 of the manifest that the registry serves for it, whatever its headers say.</summary>
    /// <exception cref="RegistryException">The registry has no such tag, answers something else than a manifest, or cannot be asked.</exception>
    public async Task<Digest> ResolveTagAsync(ConfiguredRegistry registry, string repository, string tag, CancellationToken cancellationToken)
    {
        var what = $"{registry.Host}/{repository}:{tag}";
        var answer = await AskAsync(registry, repository, tag, what, cancellationToken);

        // The page of a proxy has a digest too, and so has a manifest of the first schema, which is named by the digest of a part of it.
        var manifest = Read(answer, what);
        return MediaTypes.IsManifest(manifest.MediaType) || MediaTypes.IsIndex(manifest.MediaType)
            ? Digest.Of(answer.Body)
            : throw new RegistryException(RegistryException.AnswerUnreadable,
                $"registry '{registry.Name}' answered '{Excerpt.Of(manifest.MediaType)}' when asked for {what}, which is no manifest that has one digest", transient: false);
    }

    private static RegistryManifest Read(BoundedAnswer answer, string what)
    {
        try
        {
            return ManifestReader.Read(answer.Body, answer.MediaType);
        }
        catch (JsonException unreadable)
        {
            throw new RegistryException(RegistryException.AnswerUnreadable,
                $"the manifest of {what} cannot be read: {Excerpt.Of(unreadable.Message)}", transient: false, unreadable);
        }
    }

    private async Task<BoundedAnswer> AskAsync(
        ConfiguredRegistry registry, string repository, string reference, string what, CancellationToken cancellationToken)
    {
        var answer = await _visible.ExecuteAsync(async cancelled => await AskOnceAsync(registry, repository, reference, cancelled), cancellationToken);
        return answer.IsSuccess ? answer : throw answer.Failure(registry, what);
    }

    private async ValueTask<BoundedAnswer> AskOnceAsync(ConfiguredRegistry registry, string repository, string reference, CancellationToken cancellationToken) =>
        await _client.SendAsync(registry, repository, write: false, _options.MostManifestBytes,
            () => RegistryClient.ManifestRequest(HttpMethod.Get, registry, repository, reference), cancellationToken);
}
