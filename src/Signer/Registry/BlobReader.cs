using System.Net;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// Fetches small blobs. Registries send clients to their storage for them, so that redirects are followed here: a few, never from HTTPS to HTTP, without any
/// credentials, and what comes proves by its digest that it is what was asked for.
/// </summary>
internal sealed class BlobReader(RegistryClient client, BoundedHttp http)
{
    private const int MostRedirects = 3;
    private const int MostBytes = 64 * 1024;

    /// <summary>The bytes of a blob of at most 64 KiB.</summary>
    /// <exception cref="RegistryException">The registry does not hold it, answers something else, or cannot be asked.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(ConfiguredRegistry registry, string repository, Digest digest, CancellationToken cancellationToken)
    {
        var address = RegistryClient.Address(registry, $"{repository}/blobs/{digest}");
        var answer = await client.SendAsync(registry, repository, write: false, MostBytes, () => new HttpRequestMessage(HttpMethod.Get, address), cancellationToken);
        for (var redirects = 0; IsRedirect(answer.Status) && answer.Headers.Location is { } location && redirects < MostRedirects; redirects++)
        {
            address = Next(registry, address, location);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            answer = await http.SendAsync(registry, request, MostBytes, cancellationToken);
        }

        if (!answer.IsSuccess)
        {
            throw answer.Failure(registry, $"the blob {digest}");
        }

        return Digest.Of(answer.Body) == digest
            ? answer.Body
            : throw new RegistryException(
                RegistryException.AnotherDigest, $"registry '{registry.Name}' answered {Digest.Of(answer.Body)} when asked for the blob {digest}", transient: false);
    }

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static Uri Next(ConfiguredRegistry registry, Uri from, Uri location)
    {
        var next = location.IsAbsoluteUri ? location : new Uri(from, location);
        var isAllowed = next.UserInfo.Length == 0 && (next.Scheme == "https" || (next.Scheme == "http" && from.Scheme == "http" && next.IsLoopback));
        return isAllowed ? next : throw new RegistryException(
            RegistryException.Refused, $"registry '{registry.Name}' sends clients to '{Excerpt.Of(next.ToString())}' for a blob; expected https without a user name", transient: false);
    }
}
