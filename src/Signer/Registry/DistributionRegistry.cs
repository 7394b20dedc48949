using System.Net.Http.Headers;
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
        var answer = await _visible.ExecuteAsync(
            async cancelled => await AskAsync(registry, image, cancelled), cancellationToken);
        if (!answer.IsSuccess)
        {
            throw answer.Failure(registry, image.ToString());
        }

        if (Digest.Of(answer.Body) != image.Digest)
        {
            throw new RegistryException(RegistryException.AnotherDigest,
                $"registry '{registry.Name}' answered {Digest.Of(answer.Body)} when asked for {image}; nothing was signed", transient: false);
        }

        try
        {
            return ManifestReader.Read(answer.Body, answer.MediaType);
        }
        catch (JsonException unreadable)
        {
            throw new RegistryException(RegistryException.AnswerUnreadable,
                $"the manifest of {image} cannot be read: {Excerpt.Of(unreadable.Message)}", transient: false, unreadable);
        }
    }

    private async ValueTask<BoundedAnswer> AskAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken) =>
        await _client.SendAsync(registry, image.Repository, write: false, _options.MostManifestBytes, () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, RegistryClient.Address(registry, $"{image.Repository}/manifests/{image.Digest}"));
            foreach (var mediaType in MediaTypes.Manifests)
            {
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(mediaType));
            }

            return request;
        }, cancellationToken);
}
