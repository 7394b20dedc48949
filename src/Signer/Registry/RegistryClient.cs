using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Signer.Registry.SignIn;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// Requests to a registry's own API, signed in as it asks. Credentials are sent to the registry's configured address and to a
/// validated token realm, and nowhere else.
/// </summary>
internal sealed class RegistryClient(BoundedHttp http, TokenIssuer tokens, RegistrySignIns signIns, TimeProvider time)
{
    private const int MostThrottled = 3;
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Uri> _basic = new();

    /// <param name="registry">The registry.</param>
    /// <param name="repository">The repository that the request is about, for the token's scope.</param>
    /// <param name="write">Whether the request writes.</param>
    /// <param name="mostBytes">The largest answer.</param>
    /// <param name="create">Makes the request; it may be sent more than once.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<BoundedAnswer> SendAsync(
        ConfiguredRegistry registry, string repository, bool write, int mostBytes, Func<HttpRequestMessage> create, CancellationToken cancellationToken) =>
        SendAsync(registry, Scope(repository, write), mostBytes, create, cancellationToken);

    /// <param name="registry">The registry.</param>
    /// <param name="scope">The token's scope (distribution token authentication, "requesting a token").</param>
    /// <param name="mostBytes">The largest answer.</param>
    /// <param name="create">Makes the request; it may be sent more than once.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<BoundedAnswer> SendAsync(
        ConfiguredRegistry registry, string scope, int mostBytes, Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        for (var throttled = 0; ; throttled++)
        {
            var answer = await SignInAndSendAsync(registry, scope, mostBytes, create, cancellationToken);
            if (answer.Status != HttpStatusCode.TooManyRequests || throttled == MostThrottled || answer.RetryAfter is not { } pause || pause > LongestRetryAfter)
            {
                return answer;
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>An address of the registry's API.</summary>
    public static Uri Address(ConfiguredRegistry registry, string path) => new(registry.Url, $"/v2/{path}");

    /// <summary>A question about a manifest. Without the list of what is accepted a registry may answer with a converted one of another digest.</summary>
    public static HttpRequestMessage ManifestRequest(HttpMethod method, ConfiguredRegistry registry, string repository, string reference)
    {
        var request = new HttpRequestMessage(method, Address(registry, $"{repository}/manifests/{reference}"));
        foreach (var mediaType in MediaTypes.Manifests)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(mediaType));
        }

        return request;
    }

    /// <summary>The scope of a token for a repository (distribution token authentication).</summary>
    public static string Scope(string repository, bool write) => $"repository:{repository}:{(write ? "pull,push" : "pull")}";

    private async Task<BoundedAnswer> SignInAndSendAsync(
        ConfiguredRegistry registry, string scope, int mostBytes, Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(registry, tokens.Known(registry, scope) ?? await BasicWhereKnownAsync(registry, cancellationToken), mostBytes, create, cancellationToken);
        if (answer.Status != HttpStatusCode.Unauthorized || AuthenticationChallenge.Of(answer.Headers) is not { } challenge)
        {
            return answer;
        }

        if (challenge.Scheme == "Bearer")
        {
            return await SendAsync(registry, await tokens.IssueAsync(registry, challenge, scope, cancellationToken), mostBytes, create, cancellationToken);
        }

        return await signIns.SendAsync(registry, password =>
        {
            _ = password is not null && _basic.TryAdd(registry.Name, registry.Url);
            return password is null ? Task.FromResult(answer) : SendAsync(registry, password, mostBytes, create, cancellationToken);
        }, cancellationToken);
    }

    private async Task<BoundedAnswer> SendAsync(
        ConfiguredRegistry registry, AuthenticationHeaderValue? header, int mostBytes, Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        using var request = Own(registry, create());
        request.Headers.Authorization = header;
        return await http.SendAsync(registry, request, mostBytes, cancellationToken);
    }

    private async ValueTask<AuthenticationHeaderValue?> BasicWhereKnownAsync(ConfiguredRegistry registry, CancellationToken cancellationToken) =>
        _basic.TryGetValue(registry.Name, out var url) && url == registry.Url ? await signIns.GetAsync(registry, cancellationToken) : null;

    private static HttpRequestMessage Own(ConfiguredRegistry registry, HttpRequestMessage request)
    {
        var uri = request.RequestUri!;
        var isOwn = uri.Scheme == registry.Url.Scheme && uri.Host == registry.Url.Host && uri.Port == registry.Url.Port;
        return isOwn ? request : throw new RegistryException(RegistryException.Refused,
            $"registry '{registry.Name}' sends uploads to {uri.Authority}, which is not its own address {registry.Url.Authority}; nothing was sent there", transient: false);
    }
}
